using System.Diagnostics;
using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Kernel.Contexts;
using AioV2.Tests;

namespace AioV2.Kernel.Tests;

/// <summary>Signals while waiting (CTX-2) and the word that a fork wipes (CTX-1), with <c>tests/c/signals.c</c>.</summary>
[Collection(nameof(Alone))]
public sealed unsafe class SignalTests
{
    private static readonly nint Shim = Load();
    private static readonly delegate* unmanaged<int> Install = (delegate* unmanaged<int>)Export("signals_install");
    private static readonly delegate* unmanaged<int, int> Block = (delegate* unmanaged<int, int>)Export("signals_block");
    private static readonly delegate* unmanaged<nuint> Self = (delegate* unmanaged<nuint>)Export("signals_self");
    private static readonly delegate* unmanaged<nuint, int> Send = (delegate* unmanaged<nuint, int>)Export("signals_send");
    private static readonly delegate* unmanaged<int> Handled = (delegate* unmanaged<int>)Export("signals_handled");
    private static readonly delegate* unmanaged<uint*, int> ForkAndRead = (delegate* unmanaged<uint*, int>)Export("fork_and_read");

    [Theory, InlineData(0u), InlineData(Aio2Setup.UserReap), InlineData(Aio2Setup.Defer), Requirement("CTX-2")]
    public void A_handler_that_runs_during_a_masked_wait_ends_it_with_EINTR(uint kind)
    {
        using var aio = Harness.Context(flags: kind);
        Assert.Equal(0, Install());
        for (var i = 0; i < 20; i++)
        {
            // The signal is blocked but while waiting, so that it does not matter when it comes.
            var before = Handled();
            Assert.Equal(-Errno.EINTR, Wait(aio, masked: true, thread => Assert.Equal(0, Send(thread))));
            Assert.Equal(before + 1, Handled());
        }

        // With events taken they are the answer, and the signal stays pending.
        aio.Submit(Harness.Nop(1));
        Assert.Equal(IoEvent2.SizeOf, Wait(aio, masked: true, _ => { }, Send));
    }

    [Theory, InlineData(0u), InlineData(Aio2Setup.UserReap), Requirement("CTX-2")]
    public void A_wait_without_a_mask_restarts(uint kind)
    {
        using var aio = Harness.Context(flags: kind);
        Assert.Equal(0, Install());
        var before = Handled();
        var result = Wait(aio, masked: false, thread =>
        {
            for (var i = 0; i < 20; i++)
            {
                Assert.Equal(0, Send(thread));
                SpinUntil(() => Handled() > before + i, "the handler never ran");
            }

            aio.Submit(Harness.Nop(1));
        });
        Assert.Equal(IoEvent2.SizeOf, result);
        Assert.Equal(before + 20, Handled());
    }

    /// <summary>A poll never waits for events, but while another call copies what it took off the list it waits its turn.</summary>
    [Fact, Requirement("CTX-2")]
    public void A_call_that_waits_its_turn_waits_with_its_mask()
    {
        using var aio = Harness.Context(flags: 0);
        using var page = new StalledPage();
        Assert.Equal(0, Install());
        Assert.Equal(2 * Iocb2.SizeOf, aio.Submit(Harness.Nop(1), Harness.Nop(2)));
        long copied = 0;
        var copier = new Thread(() => copied = aio.Kernel.GetEvents(aio.Ctx, page.Address, IoEvent2.SizeOf, IoEvent2.SizeOf, null, 0));
        copier.Start();
        page.AwaitTouch();

        Assert.Equal(-Errno.EINTR, Wait(aio, masked: true, thread => Assert.Equal(0, Send(thread)), minBytes: 0));

        page.LetGo();
        Assert.True(copier.Join(TimeSpan.FromSeconds(Harness.Patience)));
        Assert.Equal(IoEvent2.SizeOf, copied);
        Assert.Equal(2ul, aio.ReapOne().UserData);
    }

    [Fact, Requirement("CTX-1")]
    public void The_word_that_says_whose_process_this_is_is_wiped_by_fork()
    {
        using var aio = Harness.Context();
        Assert.True(OwnerPage.IsOwner);
        Assert.Equal(1u, *OwnerPage.Address);

        // The child sees zero, which is what every call looks at first; this process goes on.
        Assert.Equal(0, ForkAndRead(OwnerPage.Address));
        Assert.True(OwnerPage.IsOwner);
        aio.Submit(Harness.Nop(1));
        Assert.Equal(0, aio.ReapOne().Res);
    }

    private static long Wait(Harness aio, bool masked, Action<nuint> meanwhile, delegate* unmanaged<nuint, int> first = null, nuint minBytes = 24)
    {
        long result = 0;
        nuint self = 0;
        var waiter = new Thread(() =>
        {
            var buffer = stackalloc byte[64];
            ulong none = 0;
            var wait = new Aio2Wait { Size = Aio2Wait.SizeOf, Sec = Harness.Patience };
            if (masked)
            {
                wait.Sigmask = (ulong)&none;
                wait.SigsetBytes = sizeof(ulong);
                _ = Block(1);
            }

            var thread = Self();
            _ = first == null ? 0 : first(thread);
            Volatile.Write(ref self, thread);
            result = aio.Kernel.GetEvents(aio.Ctx, buffer, 64, minBytes, &wait, 0);
        });
        waiter.Start();
        SpinUntil(() => Volatile.Read(ref self) != 0, "the waiter never started");
        meanwhile(self);
        Assert.True(waiter.Join(TimeSpan.FromSeconds(2 * Harness.Patience)));
        return result;
    }

    private static void SpinUntil(Func<bool> condition, string otherwise) =>
        Assert.True(SpinWait.SpinUntil(condition, TimeSpan.FromSeconds(Harness.Patience)), otherwise);

    private static nint Export(string name) => NativeLibrary.GetExport(Shim, name);

    private static nint Load()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "AioV2.sln")))
        {
            root = root.Parent ?? throw new InvalidOperationException("AioV2.sln is in no folder above the tests");
        }

        var folder = Path.Combine(root.FullName, "artifacts", "c");
        Directory.CreateDirectory(folder);
        var output = Path.Combine(folder, $"signals.{Environment.ProcessId}.so");
        string[] arguments = ["-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-pthread", Path.Combine(root.FullName, "tests", "c", "signals.c"), "-o", output];
        using var compiler = Process.Start(new ProcessStartInfo("gcc", arguments) { RedirectStandardError = true })!;
        var errors = compiler.StandardError.ReadToEnd();
        compiler.WaitForExit();
        Assert.True(compiler.ExitCode == 0, errors);
        var shim = NativeLibrary.Load(output);
        File.Delete(output);
        return shim;
    }
}
