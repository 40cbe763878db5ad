using System.Net;
using System.Net.Sockets;
using System.Text;
using AioV2.Abi;
using AioV2.Kernel.Engines.Calls;
using AioV2.Kernel.Linux;
using AioV2.Kernel.Tests.Engines;
using AioV2.Tests;

namespace AioV2.Kernel.Tests;

/// <summary>SYSCALL and its allow-list (SUBMIT-7), on every engine.</summary>
public sealed unsafe class SyscallTests
{
    private const int AT_FDCWD = -100;

    public static TheoryData<EngineUnderTest> Engines => EngineBench.All;

    private static Iocb2 Call(Harness aio, uint nr, params ReadOnlySpan<long> arguments)
    {
        var call = (Aio2Syscall*)aio.Memory(Aio2Syscall.SizeOf);
        *call = new Aio2Syscall { Nr = nr };
        for (var i = 0; i < arguments.Length; i++)
        {
            call->Args[i] = (ulong)arguments[i];
        }

        return new Iocb2 { Bytes = Iocb2.SizeOf, Opcode = Aio2Op.Syscall, Addr = (ulong)call, UserData = nr };
    }

    private static long Run(Harness aio, uint nr, params ReadOnlySpan<long> arguments)
    {
        Assert.Equal(Iocb2.SizeOf, aio.Submit(Call(aio, nr, arguments)));
        var e = aio.ReapOne();
        Assert.Equal(nr, e.UserData);
        return e.Res;
    }

    private static long Text(Harness aio, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text + "\0");
        var at = aio.Memory(bytes.Length);
        bytes.CopyTo(new Span<byte>(at, bytes.Length));
        return (long)at;
    }

    [Theory, MemberData(nameof(Engines)), Requirement("SUBMIT-7")]
    public void Every_call_of_the_list_does_what_the_call_does(EngineUnderTest engine)
    {
        using var bench = new EngineBench(engine);
        var aio = bench.Aio;
        var root = Path.Combine(AppContext.BaseDirectory, $"calls-{Guid.NewGuid():N}");
        string At(string name) => Path.Combine(root, name);
        var buffer = (long)aio.Memory(4096);
        Assert.Equal(0, Run(aio, Aio2Sys.Mkdirat, AT_FDCWD, Text(aio, root), 0x1ff));
        var directory = Run(aio, Aio2Sys.Openat, AT_FDCWD, Text(aio, root), Libc.O_DIRECTORY | Libc.O_CLOEXEC, 0);
        Assert.True(directory >= 0);
        var fd = Run(aio, Aio2Sys.Openat, directory, Text(aio, "a"), Libc.O_RDWR | Libc.O_CREAT | Libc.O_CLOEXEC, 0x180);
        Assert.True(fd >= 0 && File.Exists(At("a")));
        Assert.Equal(0, Libc.FcntlGetFlags((int)fd) & Libc.O_NONBLOCK);
        Assert.Equal(0, Run(aio, Aio2Sys.Fallocate, fd, 0, 0, 5000));
        Assert.Equal(5000, new FileInfo(At("a")).Length);
        Assert.Equal(0, Run(aio, Aio2Sys.Ftruncate, fd, 3000));
        Assert.Equal(0, Run(aio, Aio2Sys.Fstat, fd, buffer));
        Assert.Equal(3000, ((long*)buffer)[6]);
        Assert.Equal(0, Run(aio, Aio2Sys.Statx, directory, Text(aio, "a"), 0, 0x200, buffer));
        Assert.Equal(3000ul, *(ulong*)(buffer + 40));
        Assert.Equal(0, Run(aio, Aio2Sys.SyncFileRange, fd, 0, 0, 7));
        Assert.Equal(0, Run(aio, Aio2Sys.Fadvise64, fd, 0, 0, 2));
        Assert.Equal(0, Run(aio, Aio2Sys.Linkat, directory, Text(aio, "a"), directory, Text(aio, "b"), 0));
        Assert.Equal(0, Run(aio, Aio2Sys.Symlinkat, Text(aio, "somewhere"), directory, Text(aio, "c")));
        Assert.Equal(9, Run(aio, Aio2Sys.Readlinkat, directory, Text(aio, "c"), buffer, 64));
        Assert.Equal("somewhere", Encoding.UTF8.GetString((byte*)buffer, 9));
        Assert.Equal(0, Run(aio, Aio2Sys.Renameat2, directory, Text(aio, "b"), directory, Text(aio, "d"), 0));
        Assert.True(!File.Exists(At("b")) && File.Exists(At("d")));
        var other = Run(aio, Aio2Sys.Openat, directory, Text(aio, "e"), Libc.O_RDWR | Libc.O_CREAT | Libc.O_CLOEXEC, 0x180);
        Assert.Equal(3000, Run(aio, Aio2Sys.CopyFileRange, fd, 0, other, 0, 3000, 0));
        Assert.True(Run(aio, Aio2Sys.Getdents64, directory, buffer, 4096) > 0);
        Assert.Equal(-Errno.ENOENT, Run(aio, Aio2Sys.Unlinkat, directory, Text(aio, "b"), 0));
        Assert.Equal(0, Run(aio, Aio2Sys.Unlinkat, directory, Text(aio, "d"), 0));
        foreach (var open in new[] { fd, other, directory })
        {
            Assert.Equal(0, Run(aio, Aio2Sys.Close, open));
        }

        Directory.Delete(root, recursive: true);
    }

    [Theory, MemberData(nameof(Engines)), Requirement("SUBMIT-7", "CANCEL-1")]
    public void Socket_calls_wait_are_cancellable_and_end(EngineUnderTest engine)
    {
        using var bench = new EngineBench(engine);
        var aio = bench.Aio;
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = true };
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(4);
        var listening = (int)listener.Handle;
        var before = Libc.FcntlGetFlags(listening);
        Libc.Fcntl(listening, Libc.F_SETFL, before & ~Libc.O_NONBLOCK);

        aio.Submit(Call(aio, Aio2Sys.Accept4, listening, 0, 0, Libc.O_CLOEXEC));
        Assert.Equal(0, aio.Poll(new byte[64]));
        Assert.Equal(1, aio.Kernel.Cancel(aio.Ctx, Aio2Sys.Accept4, 0));
        Assert.Equal(-Errno.ECANCELED, aio.ReapOne().Res);

        aio.Submit(Call(aio, Aio2Sys.Accept4, listening, 0, 0, Libc.O_CLOEXEC));
        var client = Libc.Syscall(System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? 198 : 41, 2, 1 | Libc.O_CLOEXEC, 0);
        var address = ((IPEndPoint)listener.LocalEndPoint!).Serialize();
        var name = aio.Memory(16);
        address.Buffer.Span[..16].CopyTo(new Span<byte>(name, 16));
        Assert.Equal(Iocb2.SizeOf, aio.Submit(Call(aio, Aio2Sys.Connect, client, (long)name, 16)));
        var results = aio.Reap(2).ToDictionary(e => (uint)e.UserData, e => e.Res);
        Assert.Equal(0, results[Aio2Sys.Connect]);
        var server = results[Aio2Sys.Accept4];
        Assert.True(server >= 0);
        Assert.Equal(0, (Libc.FcntlGetFlags((int)client) | Libc.FcntlGetFlags(listening)) & Libc.O_NONBLOCK);

        var data = (long)aio.Memory(64);
        aio.Submit(Call(aio, Aio2Sys.Recvfrom, server, data, 64, 0, 0, 0));
        Assert.Equal(0, aio.Poll(new byte[64]));
        new Span<byte>((void*)(data + 32), 5).Fill(9);
        aio.Submit(Call(aio, Aio2Sys.Sendto, client, data + 32, 5, 0, 0, 0));
        Assert.Equal([5L, 5L], aio.Reap(2).Select(e => e.Res));
        Assert.Equal(9, *(byte*)(data + 4));

        // Nothing to receive: it can be told to stop, and at the end of the stream it ends.
        aio.Submit(Call(aio, Aio2Sys.Recvfrom, server, data, 64, 0, 0, 0));
        Assert.Equal(1, aio.Kernel.Cancel(aio.Ctx, Aio2Sys.Recvfrom, 0));
        Assert.Equal(-Errno.ECANCELED, aio.ReapOne().Res);
        aio.Submit(Call(aio, Aio2Sys.Recvfrom, server, data, 64, 0, 0, 0));
        Assert.Equal(0, Libc.Close((int)client));
        Assert.Equal(0, aio.ReapOne().Res);

        // A bad address is the event's.
        Assert.Equal(-Errno.EFAULT, Run(aio, Aio2Sys.Connect, listening, 16, 16));
        Assert.Equal(0, Libc.Close((int)server));
    }

    [Fact, Requirement("SUBMIT-7", "ERR-1")]
    public void What_is_not_on_the_list_is_refused_and_addresses_are_checked()
    {
        using var aio = Harness.Context();
        foreach (var nr in new ulong[] { 0, 21, 59, ulong.MaxValue, 1ul << 32 })
        {
            var call = Call(aio, 1);
            ((Aio2Syscall*)call.Addr)->Nr = nr;
            Assert.Equal(-Errno.EPERM, aio.Submit(Record.Of(call).Bytes, out var ext));
            Assert.Equal(Aio2Reason.SyscallUnknown, ext.Reason);
        }

        var good = Call(aio, Aio2Sys.Unlinkat, AT_FDCWD, 16, 0);
        Assert.Equal(-Errno.EFAULT, aio.Submit(good with { Addr = 16 }));
        Assert.Equal(-Errno.EFAULT, aio.Submit(good with { Addr = 0 }));
        foreach (var bad in new[] { good with { Fd = 1 }, good with { Len = 56 }, good with { Offset = -1 }, good with { Flags = 1 } })
        {
            Assert.Equal(-Errno.EINVAL, aio.Submit(bad));
        }

        Assert.Equal(-Errno.EOPNOTSUPP, aio.Submit(good with { RwFlags = 1 }));
        Assert.Equal(-Errno.EBADF, aio.Submit(Call(aio, Aio2Sys.Ftruncate, 9999, 0)));
        Assert.Equal(-Errno.EBADF, aio.Submit(Call(aio, Aio2Sys.Recvfrom, 9999, 0)));

        // A path and an output buffer that cannot be reached are results.
        Assert.Equal(-Errno.EFAULT, Run(aio, Aio2Sys.Unlinkat, AT_FDCWD, 16, 0));
        Assert.Equal(-Errno.EFAULT, Run(aio, Aio2Sys.Statx, AT_FDCWD, Text(aio, "/"), 0, 0x7ff, 16));
        Assert.Equal(-Errno.EBADF, Run(aio, Aio2Sys.Unlinkat, 9999, Text(aio, "x"), 0));
        Assert.Equal(-Errno.EBADF, Run(aio, Aio2Sys.Close, 99999));
        Assert.Equal(Aio2Feat.Syscall, aio.Params.Features & Aio2Feat.Syscall);
    }

    [Theory, MemberData(nameof(Engines)), Requirement("SUBMIT-7", "SUBMIT-2")]
    public void The_struct_is_copied_and_the_file_is_held(EngineUnderTest engine)
    {
        using var bench = new EngineBench(engine);
        var aio = bench.Aio;
        using var sockets = new SocketPair();
        var data = (long)aio.Memory(64);
        var number = Libc.Dup(sockets.A);
        var call = Call(aio, Aio2Sys.Recvfrom, number, data, 64, 0, 0, 0);
        aio.Submit(call);
        Assert.Equal(0, Libc.Close(number));
        *(Aio2Syscall*)call.Addr = new Aio2Syscall { Nr = 77 };
        Assert.Equal(0, aio.Poll(new byte[64]));
        sockets.Send();
        Assert.Equal(1, aio.ReapOne().Res);
        Assert.Equal(0x5a, *(byte*)data);
    }

    [Fact, Requirement("SUBMIT-7", "DESTROY-1")]
    public void Openat_of_a_fifo_waits_for_nobody()
    {
        using var aio = Harness.Context();
        var path = Path.Combine(AppContext.BaseDirectory, $"fifo-{Guid.NewGuid():N}");
        var text = Text(aio, path);
        const int S_IFIFO = 0x1000;
        Assert.Equal(0, (int)Libc.Syscall(System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? 33 : 259, AT_FDCWD, (nint)text, S_IFIFO | 0x180, 0));
        var fd = Run(aio, Aio2Sys.Openat, AT_FDCWD, text, Libc.O_RDONLY | Libc.O_CLOEXEC, 0);
        Assert.True(fd >= 0);
        Assert.Equal(0, Libc.FcntlGetFlags((int)fd) & Libc.O_NONBLOCK);
        _ = Libc.Close((int)fd);
        File.Delete(path);
    }

    [Fact, Requirement("SUBMIT-7", "ISSUE-1")]
    public void Io_issue2_makes_calls_too()
    {
        using var aio = Harness.Context();
        using var sockets = new SocketPair();
        var data = (long)aio.Memory(64);
        IoEvent2 e;
        sockets.Send();
        var receive = Call(aio, Aio2Sys.Recvfrom, sockets.A, data, 64, 0, 0, 0);
        Assert.Equal(IoEvent2.SizeOf, aio.Kernel.Issue(&receive, 48, &e, 24, 0));
        Assert.Equal(1, e.Res);
        var stat = Call(aio, Aio2Sys.Statx, AT_FDCWD, Text(aio, "/nowhere"), 0, 1, data);
        Assert.Equal(IoEvent2.SizeOf, aio.Kernel.Issue(&stat, 48, &e, 24, 0));
        Assert.Equal(-Errno.ENOENT, e.Res);
        var poll = PollTests.Poll(sockets.A, Libc.POLLIN | Libc.POLLOUT, 5);
        Assert.Equal(IoEvent2.SizeOf, aio.Kernel.Issue(&poll, 48, &e, 24, 0));
        Assert.Equal(Libc.POLLOUT, e.Res);
    }

    [Fact, Requirement("PROBE-1", "SUBMIT-7")]
    public void Probe_tells_the_list()
    {
        using var kernel = Harness.NewKernel();
        var answer = stackalloc Aio2ProbeSyscall[32];
        Assert.Equal(-Errno.EMSGSIZE, kernel.Probe(Aio2Probe.Syscalls, answer, 639));
        Assert.Equal(20 * Aio2ProbeSyscall.SizeOf, kernel.Probe(Aio2Probe.Syscalls, answer, 1024));
        for (uint i = 0; i < 20; i++)
        {
            Assert.Equal((i + 1, (uint)Aio2ProbeSyscall.SizeOf), (answer[i].Nr, answer[i].Size));
            var name = new ReadOnlySpan<byte>(answer[i].Name, 24);
            Assert.Equal(Encoding.ASCII.GetString(name[..name.IndexOf((byte)0)]).ToUpperInvariant(), Aio2Sys.NameOf(i + 1));
        }
    }
}
