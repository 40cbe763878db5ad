using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Kernel.Linux;
using AioV2.Kernel.Tests.Engines;
using AioV2.Tests;

namespace AioV2.Kernel.Tests;

/// <summary>io_issue2 (ISSUE-1): one iocb, in the caller's thread, without a context.</summary>
public sealed unsafe class IssueTests
{
    public static TheoryData<EngineUnderTest> Engines => EngineBench.All;

    private static long Issue(EmbeddedKernel kernel, byte[] record, Span<byte> room, out Event? made)
    {
        fixed (byte* r = record)
        fixed (byte* e = room)
        {
            var result = kernel.Issue(r, (nuint)record.Length, e, (nuint)room.Length, 0);
            made = result > 0 ? Assert.Single(Event.Split(room[..(int)result])) : null;
            return result;
        }
    }

    private static long Issue(EmbeddedKernel kernel, Iocb2 iocb, out Event? made) =>
        Issue(kernel, Record.Of(iocb).Bytes, new byte[64], out made);

    [Theory, MemberData(nameof(Engines)), Requirement("ISSUE-1")]
    public void One_iocb_runs_to_its_end_and_gives_one_event(EngineUnderTest engine)
    {
        using var kernel = EmbeddedKernel.Create(new KernelOptions { Engine = EngineBench.KindOf(engine) });
        using var file = new ScratchFile(content: ScratchFile.Pattern(3000));
        using var aio = Harness.Context(kernel: kernel);
        var data = aio.Memory(4096);

        Assert.Equal(IoEvent2.SizeOf, Issue(kernel, Harness.Read(file.Fd, data, 4096, 1000, 42), out var read));
        Assert.Equal((42ul, 2000L, (ushort)0), (read!.UserData, read.Res, read.Fixed.Flags));
        Assert.Equal(ScratchFile.Pattern(3000)[1000..], new ReadOnlySpan<byte>(data, 2000).ToArray());

        new Span<byte>(data, 100).Fill(7);
        Issue(kernel, Harness.Write(file.Fd, data, 100, 3000), out var write);
        Assert.Equal(100, write!.Res);
        Assert.Equal(3100, new FileInfo(file.Path).Length);
        Issue(kernel, new Iocb2 { Bytes = Iocb2.SizeOf, Opcode = Aio2Op.Fsync, Fd = file.Fd }, out var sync);
        Assert.Equal(0, sync!.Res);
        Issue(kernel, Harness.Nop(9), out var nop);
        Assert.Equal((9ul, 0L), (nop!.UserData, nop.Res));

        // No context saw anything of it.
        Assert.Equal(0, aio.Poll(new byte[64]));

        // An error of the call is the event's; the call itself has run.
        Issue(kernel, Harness.Read(file.Fd, (void*)16, 64, 0), out var fault);
        Assert.Equal(-Errno.EFAULT, fault!.Res);
    }

    [Fact, Requirement("ISSUE-1", "ATTR-2")]
    public void Attributes_are_handled_and_returned()
    {
        using var kernel = Harness.NewKernel();
        using var file = new ScratchFile(content: ScratchFile.Pattern(512));
        using var aio = Harness.Context(kernel: kernel);
        var record = Record.Of(Harness.Read(file.Fd, aio.Memory(512), 512, 0, 1))
            .Attribute(Aio2AttrType.Timing).Payload(Aio2AttrType.TraceId, new Aio2AttrTraceId { High = 5, Low = 6 }).Attribute(0x8001);
        var room = new byte[512];
        var bytes = Issue(kernel, record.Bytes, room, out var made);
        Assert.Equal(512, made!.Res);
        var returns = made.ReturnList();
        Assert.Equal([Aio2AttrType.Timing, Aio2AttrType.TraceId, (ushort)0x8001], returns.Select(r => r.Head.Type));
        Assert.Equal([0, 0, -Errno.EOPNOTSUPP], returns.Select(r => r.Head.Status));
        var timing = MemoryMarshal.Read<Aio2RetTiming>(returns[0].Payload);
        Assert.True(timing.Submit <= timing.Issue && timing.Issue <= timing.Complete && timing.Submit != 0);

        // Room for all but the last byte is too little, and nothing runs.
        Assert.Equal(-Errno.EMSGSIZE, Issue(kernel, record.Bytes, room.AsSpan(0, (int)bytes - 1), out _));
    }

    [Fact, Requirement("ISSUE-1")]
    public void A_stream_is_waited_for_and_a_deadline_ends_the_wait()
    {
        using var kernel = Harness.NewKernel();
        using var aio = Harness.Context(kernel: kernel);
        using var pipe = new Pipe();
        var data = aio.Memory(64);
        var fd = pipe.ReadEnd;
        long res = 0;
        var caller = new Thread(() =>
        {
            Issue(kernel, Harness.Read(fd, data, 8, -1, 1), out var made);
            res = made!.Res;
        });
        caller.Start();
        pipe.Put(3);
        Assert.True(caller.Join(TimeSpan.FromSeconds(Harness.Patience)));
        Assert.Equal(3, res);

        var soon = (ulong)MonotonicClock.Now + 20_000_000;
        var record = Record.Of(Harness.Read(pipe.ReadEnd, data, 8, -1, 1)).Payload(Aio2AttrType.Deadline, new Aio2AttrDeadline { Ns = soon }).Bytes;
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(IoEvent2.SizeOf + Aio2AttrRet.SizeOf, Issue(kernel, record, new byte[64], out var late));
            Assert.Equal(-Errno.ETIME, late!.Res);
            Assert.True((ulong)MonotonicClock.Now >= soon);
        }

        // The one that was late took nothing.
        pipe.Put(2);
        Issue(kernel, Harness.Read(pipe.ReadEnd, data, 8, -1, 1), out var rest);
        Assert.Equal(2, rest!.Res);

        // A file that takes no RWF_NOWAIT.
        var counter = Libc.Eventfd(5, Libc.EFD_CLOEXEC);
        Issue(kernel, Harness.Read(counter, data, 8, -1, 1), out var count);
        Assert.Equal((8L, 5ul), (count!.Res, *(ulong*)data));
        _ = Libc.Close(counter);
    }

    [Fact, Requirement("ISSUE-1", "ERR-1")]
    public void What_is_invalid_is_refused_before_anything_runs()
    {
        using var kernel = Harness.NewKernel();
        using var file = new ScratchFile();
        using var aio = Harness.Context(kernel: kernel);
        var data = aio.Memory(64);
        var write = Harness.Write(file.Fd, data, 64, 0);
        var room = aio.Memory(64);
        long Raw(void* iocb, nuint bytes, void* to, nuint toBytes, uint flags = 0) => kernel.Issue(iocb, bytes, to, toBytes, flags);

        Assert.Equal(-Errno.EINVAL, Raw(&write, 48, room, 64, 1));
        Assert.Equal(-Errno.EINVAL, Raw(&write, 40, room, 64));
        Assert.Equal(-Errno.EINVAL, Raw(&write, 8192, room, 64));
        Assert.Equal(-Errno.EFAULT, Raw((void*)16, 48, room, 64));
        Assert.Equal(-Errno.EFAULT, Raw(&write, 48, (void*)16, 64));
        Assert.Equal(-Errno.EFAULT, Raw(&write, 48, null, 24));
        Assert.Equal(-Errno.EMSGSIZE, Raw(&write, 48, room, 23));
        Assert.Equal(-Errno.EMSGSIZE, Raw(&write, 48, null, 0));
        foreach (var (change, errno) in new (Func<Iocb2, Iocb2>, int)[]
        {
            (w => w with { Bytes = 56 }, Errno.EINVAL), (w => w with { Bytes = 40 }, Errno.EINVAL), (w => w with { Opcode = 99 }, Errno.EINVAL),
            (w => w with { Fd = -1 }, Errno.EBADF), (w => w with { RwFlags = 0x80000000 }, Errno.EOPNOTSUPP), (w => w with { Offset = -2 }, Errno.EINVAL),
            (w => w with { Flags = 1 }, Errno.EINVAL),
            (_ => new Iocb2 { Bytes = 48, Opcode = Aio2Op.Poll, Fd = file.Fd, Len = 1, Flags = Aio2IocbFlags.Multi }, Errno.EINVAL),
            (_ => new Iocb2 { Bytes = 48, Opcode = Aio2Op.Poll, Fd = file.Fd, Len = 1, Flags = Aio2IocbFlags.Level }, Errno.EINVAL),
        })
        {
            var bad = change(write);
            Assert.Equal(-errno, Raw(&bad, 48, room, 64));
        }

        // One record, no more: what follows it is not looked over.
        var two = stackalloc Iocb2[2] { write, write };
        Assert.Equal(-Errno.EINVAL, Raw(two, 96, room, 64));

        var readOnly = Libc.Mmap(null, 4096, Libc.PROT_READ, Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS, -1, 0);
        Assert.Equal(-Errno.EFAULT, Raw(&write, 48, (void*)readOnly, 64));
        _ = Libc.Munmap((void*)readOnly, 4096);
        Assert.Equal(0, new FileInfo(file.Path).Length);

        // The fixed part fits the page, the returns do not.
        var pages = (byte*)Libc.Mmap(null, 8192, Libc.PROT_READ | Libc.PROT_WRITE, Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS, -1, 0);
        Assert.Equal(0, Libc.Mprotect(pages + 4096, 4096, Libc.PROT_NONE));
        var record = Record.Of(write).Attribute(Aio2AttrType.Timing).Bytes;
        fixed (byte* p = record)
        {
            Assert.Equal(-Errno.EFAULT, Raw(p, (nuint)record.Length, pages + 4096 - 24, 128));
        }

        Assert.Equal(0, new FileInfo(file.Path).Length);
        Assert.Equal(24, Raw(&write, 48, pages + 4096 - 24, 24));
        Assert.Equal(64, new FileInfo(file.Path).Length);
        _ = Libc.Munmap(pages, 8192);
    }

    [Fact, Requirement("ISSUE-1", "SUBMIT-4")]
    public void A_plain_read_is_refused_or_ends_as_any_other_request()
    {
        using var kernel = Harness.NewKernel();
        using var file = new ScratchFile(content: ScratchFile.Pattern(5000));
        using var pipe = new Pipe();
        using var aio = Harness.Context(kernel: kernel);
        var data = aio.Memory(8192);
        var writeOnly = Libc.Open(file.Path, Libc.O_WRONLY | Libc.O_CLOEXEC);
        var path = Libc.Open(file.Path, Libc.O_PATH | Libc.O_CLOEXEC);
        pipe.Put(4);
        foreach (var (fd, offset, errno) in new[]
        {
            (writeOnly, 0L, Errno.EBADF), (path, 0, Errno.EBADF), (-1, 0, Errno.EBADF), (pipe.ReadEnd, 0, Errno.ESPIPE), (pipe.ReadEnd, 8, Errno.ESPIPE),
        })
        {
            Assert.Equal(-errno, Issue(kernel, Harness.Read(fd, data, 4, offset), out _));
        }

        var wrong = MemoryMarshal.AsBytes([Harness.Read(file.Fd, data, 4, 0) with { Bytes = 56 }]).ToArray();
        Assert.Equal(-Errno.EINVAL, Issue(kernel, wrong, new byte[64], out _));
        foreach (var (bytes, offset, res) in new (ulong, long, int)[] { (4096, 0, 4096), (8192, 0, 5000), (4096, 4096, 904), (64, 5000, 0), (64, long.MaxValue - 64, 0), (0, 0, 0) })
        {
            new Span<byte>(data, 8192).Fill(9);
            Assert.Equal(IoEvent2.SizeOf, Issue(kernel, Harness.Read(file.Fd, data, bytes, offset, 3), out var made));
            Assert.Equal((3ul, (long)res), (made!.UserData, made.Res));
            Assert.Equal(ScratchFile.Pattern(5000).Skip((int)Math.Min(offset, 5000)).Take(res), new ReadOnlySpan<byte>(data, res).ToArray());
            Assert.Equal(9, data[res]);
        }

        // What the pipe held is still there.
        Issue(kernel, Harness.Read(pipe.ReadEnd, data, 64, -1), out var stream);
        Assert.Equal(4, stream!.Res);
        _ = Libc.Close(writeOnly);
        _ = Libc.Close(path);
    }

    [Fact, Requirement("ISSUE-1")]
    public void Many_threads_issue_at_once()
    {
        using var kernel = Harness.NewKernel();
        using var file = new ScratchFile(content: ScratchFile.Pattern(64 * 1024));
        var expected = File.ReadAllBytes(file.Path);
        var wrong = 0;
        var threads = Enumerable.Range(0, 24).Select(n => new Thread(() =>
        {
            var data = stackalloc byte[64];
            var random = new Random(n);
            for (var i = 0; i < 300; i++)
            {
                var offset = random.Next(expected.Length - 64);
                Issue(kernel, Harness.Read(file.Fd, data, 64, offset, (ulong)i), out var made);
                var ok = made!.Res == 64 && made.UserData == (ulong)i && new ReadOnlySpan<byte>(data, 64).SequenceEqual(expected.AsSpan(offset, 64));
                Interlocked.Add(ref wrong, ok ? 0 : 1);
            }
        })).ToArray();
        Array.ForEach(threads, t => t.Start());
        Assert.All(threads, t => Assert.True(t.Join(TimeSpan.FromSeconds(Harness.Patience))));
        Assert.Equal(0, wrong);
    }
}
