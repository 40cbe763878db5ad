using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Kernel.Linux;
using AioV2.Kernel.Requests;
using AioV2.Kernel.Submission;
using AioV2.Tests;

namespace AioV2.Kernel.Tests.Hostile;

/// <summary>Another thread gives a descriptor's number to another file in the midst of io_submit2.</summary>
/// <remarks>Found by aio2 soak: the number was asked, a regular file, and then held, a socket. The request waited for data that
/// never came, and no cancel was let near it, since a file ends unaided.</remarks>
public sealed unsafe class ReusedNumberTests
{
    [Fact, Requirement("SUBMIT-2", "SUBMIT-4")]
    public void A_number_that_means_another_file_when_it_is_held_counts_as_closed()
    {
        using var file = new ScratchFile(content: [1]);
        using var sockets = new SocketPair();
        var number = Libc.Dup(file.Fd);
        var inline = stackalloc byte[DescriptorTable.InlineBytes];
        var table = new DescriptorTable(inline);
        var place = table.Find(number, holds: false);
        Put(sockets.A, number);

        Assert.True(table.Hold(place, out var error) == null);
        Assert.Equal(-Errno.EBADF, error);

        table.Dispose();
        Assert.Equal(0, Libc.Close(number));
    }

    [Fact, Requirement("SUBMIT-2")]
    public void What_is_held_before_it_is_asked_stays_what_it_is()
    {
        using var file = new ScratchFile(content: [1]);
        using var sockets = new SocketPair();
        var number = Libc.Dup(file.Fd);
        var inline = stackalloc byte[DescriptorTable.InlineBytes];
        var table = new DescriptorTable(inline);
        var place = table.Find(number, holds: true);
        Put(sockets.A, number);

        var held = table.Hold(place, out var error);

        Assert.Equal(0, error);
        Assert.True((table.At(place)->Traits & RequestTraits.Regular) != 0);
        Assert.Equal(1, Libc.Pread(held->Fd, inline, 1, 0));
        Assert.Equal(held->Fd, table.At(place)->LookFd);

        table.Dispose();
        Assert.Equal(0, Libc.Close(number));
    }

    [Theory, InlineData(EngineKind.Threads), InlineData(EngineKind.IoUring), InlineData(EngineKind.Simulated), Requirement("SUBMIT-2", "CANCEL-1")]
    public void A_number_reused_during_submit_leaves_no_request_that_cannot_be_cancelled(EngineKind engine)
    {
        const int Submits = 2000;
        using var file = new ScratchFile(content: [1, 2, 3, 4]);
        using var sockets = new SocketPair();
        var number = Libc.Dup(file.Fd);
        using var kernel = EmbeddedKernel.Create(new KernelOptions { Engine = engine, MaxWorkers = 4 });
        using var aio = Harness.Context(kernel: kernel);
        var to = aio.Memory(8);
        var isOver = false;
        var reuser = new Thread(() =>
        {
            for (var i = 0; !Volatile.Read(ref isOver); i++)
            {
                Put(i % 2 == 0 ? sockets.A : file.Fd, number);
            }
        });
        reuser.Start();
        try
        {
            for (var i = 1ul; i <= Submits; i++)
            {
                // At the file position, which fits both.
                var iocb = Harness.Read(number, to, 4, -1, i);
                Assert.Equal(Iocb2.SizeOf, aio.Submit(iocb));

                // One that was begun, and waits, is told, and ends; one on the file ends unaided.
                if (!HasEvent(aio))
                {
                    Assert.Contains(kernel.Cancel(aio.Ctx, i, 0), new long[] { 1, -Errno.ENOENT, -Errno.EALREADY });
                }

                var e = aio.ReapOne();

                Assert.Equal(i, e.UserData);
                Assert.True(e.Res is >= 0 or -Errno.ECANCELED or -Errno.EBADF, $"the read ended with {e.Res}");
            }
        }
        finally
        {
            Volatile.Write(ref isOver, true);
            reuser.Join();

            // Frees whoever waits there after all, so that the end of the test does not.
            sockets.CloseB();
        }

        Assert.Equal(0, Libc.Close(number));
    }

    /// <summary>The number was asked, an eventfd, and then held, a file: each completion wrote eight bytes into it.</summary>
    [Theory, InlineData(false), InlineData(true), Requirement("SETUP-9", "RING-10")]
    public void A_number_reused_while_it_is_attached_makes_no_file_an_eventfd(bool atSetup)
    {
        const int Attachments = 3000;
        using var file = new ScratchFile(content: []);
        var counter = Libc.Eventfd(0, Libc.EFD_CLOEXEC | Libc.EFD_NONBLOCK);
        var number = Libc.Dup(counter);
        using var kernel = Harness.NewKernel();
        using var attached = Harness.Context(kernel: kernel);
        int isOver = 0, attachments = 0;
        var reuser = new Thread(() =>
        {
            for (var i = 0; Volatile.Read(ref isOver) == 0; i++)
            {
                Put(i % 2 == 0 ? file.Fd : counter, number);
            }
        });
        reuser.Start();
        var end = Environment.TickCount64 + (Harness.Patience * 1000);
        for (var i = 0; attachments < Attachments && Environment.TickCount64 < end; i++)
        {
            var parameters = new Aio2Params { Eventfd = number };
            var result = atSetup
                ? kernel.Setup(Aio2.Version, Aio2Setup.Eventfd, &parameters, (nuint)sizeof(Aio2Params))
                : kernel.RingCtl(attached.Ctx, Aio2Ctl.EventfdAttach, (ulong)number);
            Assert.Contains(result, new long[] { 0, -Errno.EINVAL });
            var nop = Harness.Nop((ulong)i);
            if (result == 0)
            {
                attachments++;
                Assert.Equal(Iocb2.SizeOf, kernel.Submit(atSetup ? parameters.Ctx : attached.Ctx, &nop, Iocb2.SizeOf, null));
            }

            Assert.Equal(0, result == 0 && atSetup ? kernel.Destroy(parameters.Ctx) : 0);
            attached.Poll(new byte[64]);
        }

        Volatile.Write(ref isOver, 1);
        reuser.Join();
        Assert.Equal((Attachments, 0L), (attachments, new FileInfo(file.Path).Length));
        Assert.Equal(0, Libc.Close(number));
        Assert.Equal(0, Libc.Close(counter));
    }

    // Within a millisecond.
    private static bool HasEvent(Harness aio)
    {
        var wait = new Aio2Wait { Size = Aio2Wait.SizeOf, Nsec = 1_000_000 };
        byte tooSmall;
        return aio.Kernel.GetEvents(aio.Ctx, &tooSmall, 1, 1, &wait, 0) == -Errno.EMSGSIZE;
    }

    // dup3: at no moment is the number free.
    internal static void Put(int file, int number) =>
        Assert.Equal(number, (int)Libc.Syscall(RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 24 : 292, file, number, Libc.O_CLOEXEC));
}
