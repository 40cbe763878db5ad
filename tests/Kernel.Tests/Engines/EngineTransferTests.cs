using AioV2.Abi;
using AioV2.Kernel.Linux;
using AioV2.Tests;

namespace AioV2.Kernel.Tests.Engines;

/// <summary>What an engine answers is what the system call would have: on every engine.</summary>
public sealed unsafe class EngineTransferTests
{
    public static TheoryData<EngineUnderTest> Engines => EngineBench.All;

    [Theory, MemberData(nameof(Engines)), Requirement("SUBMIT-7")]
    public void Reads_and_writes_move_the_bytes_that_the_calls_would_move(EngineUnderTest engine)
    {
        using var bench = new EngineBench(engine);
        using var file = new ScratchFile(content: ScratchFile.Pattern(10_000));
        var expected = File.ReadAllBytes(file.Path);
        var buffer = bench.Aio.Memory(16_384);

        // Within, across the end, at the end, behind it, nothing at all.
        foreach (var (offset, bytes) in new[] { (0, 4096), (8192, 4096), (10_000, 512), (20_000, 8), (5, 0), (0, 16_384) })
        {
            var want = Math.Max(0, Math.Min(bytes, expected.Length - offset));
            Assert.Equal(Iocb2.SizeOf, bench.Aio.Submit(Harness.Read(file.Fd, buffer, (ulong)bytes, offset, 3)));
            Assert.Equal(want, bench.Aio.ReapOne().Res);
            Assert.True(new ReadOnlySpan<byte>(buffer, want).SequenceEqual(expected.AsSpan(Math.Min(offset, expected.Length), want)));
        }

        new Span<byte>(buffer, 3000).Fill(0x77);
        Assert.Equal(Iocb2.SizeOf, bench.Aio.Submit(Harness.Write(file.Fd, buffer, 3000, 9000)));
        Assert.Equal(3000, bench.Aio.ReapOne().Res);
        var after = File.ReadAllBytes(file.Path);
        Assert.Equal(12_000, after.Length);
        Assert.Equal(expected[..9000], after[..9000]);
        Assert.All(after[9000..], b => Assert.Equal(0x77, b));
    }

    [Theory, MemberData(nameof(Engines)), Requirement("SUBMIT-7")]
    public void Vectored_transfers_go_through_their_segments_in_order(EngineUnderTest engine)
    {
        using var bench = new EngineBench(engine);
        using var file = new ScratchFile();
        var buffer = bench.Aio.Memory(8192);
        ScratchFile.Pattern(8192, seed: 4).CopyTo(new Span<byte>(buffer, 8192));
        var vectors = (Aio2Vec*)bench.Aio.Memory(4 * Aio2Vec.SizeOf);
        vectors[0] = new Aio2Vec { Base = (ulong)buffer + 4096, Len = 100 };
        vectors[1] = new Aio2Vec { Base = (ulong)buffer, Len = 0 };
        vectors[2] = new Aio2Vec { Base = (ulong)buffer, Len = 1000 };
        Assert.Equal(Iocb2.SizeOf, bench.Aio.Submit(Vectored(Aio2Op.Pwritev, file.Fd, vectors, 3, 50)));
        Assert.Equal(1100, bench.Aio.ReapOne().Res);
        var written = File.ReadAllBytes(file.Path);
        Assert.Equal(new ReadOnlySpan<byte>(buffer + 4096, 100).ToArray(), written[50..150]);
        Assert.Equal(new ReadOnlySpan<byte>(buffer, 1000).ToArray(), written[150..]);

        // Read back past the end: short, and what lies behind the result is untouched.
        var back = bench.Aio.Memory(4096);
        new Span<byte>(back, 4096).Fill(0xee);
        vectors[0] = new Aio2Vec { Base = (ulong)back, Len = 700 };
        vectors[1] = new Aio2Vec { Base = (ulong)back + 700, Len = 2000 };
        Assert.Equal(Iocb2.SizeOf, bench.Aio.Submit(Vectored(Aio2Op.Preadv, file.Fd, vectors, 2, 0)));
        Assert.Equal(1150, bench.Aio.ReapOne().Res);
        Assert.Equal(written, new ReadOnlySpan<byte>(back, 1150).ToArray());
        Assert.Equal(-1, new ReadOnlySpan<byte>(back + 1150, 4096 - 1150).IndexOfAnyExcept((byte)0xee));

        Assert.Equal(Iocb2.SizeOf, bench.Aio.Submit(Vectored(Aio2Op.Preadv, file.Fd, vectors, 0, 0)));
        Assert.Equal(0, bench.Aio.ReapOne().Res);
    }

    [Theory, MemberData(nameof(Engines)), Requirement("SUBMIT-7")]
    public void Sync_answers_what_the_call_answers(EngineUnderTest engine)
    {
        using var bench = new EngineBench(engine);
        using var file = new ScratchFile();
        using var pipe = new Pipe();
        foreach (var op in new[] { Aio2Op.Fsync, Aio2Op.Fdsync })
        {
            Assert.Equal(2 * Iocb2.SizeOf, bench.Aio.Submit(Plain(op, file.Fd, 1), Plain(op, pipe.WriteEnd, 2)));
            var results = bench.Aio.Reap(2).ToDictionary(e => e.UserData, e => e.Res);
            Assert.Equal(0, results[1]);
            Assert.Equal(Libc.Fsync(pipe.WriteEnd), results[2]);
            Assert.Equal(-Errno.EINVAL, results[2]);
        }
    }

    [Theory, MemberData(nameof(Engines)), Requirement("SUBMIT-4")]
    public void Errors_of_the_transfer_arrive_as_results(EngineUnderTest engine)
    {
        using var bench = new EngineBench(engine);
        using var file = new ScratchFile(content: new byte[4096]);
        using var broken = new Pipe();
        broken.CloseRead();
        var directory = Libc.Open(AppContext.BaseDirectory, Libc.O_RDONLY | Libc.O_CLOEXEC);
        var buffer = bench.Aio.Memory(64);
        Assert.Equal(4 * Iocb2.SizeOf, bench.Aio.Submit(
            Harness.Read(file.Fd, (void*)8, 64, 0, 1),
            Harness.Write(file.Fd, (void*)8, 64, 0, 2),
            Harness.Read(directory, buffer, 64, 0, 3),
            Harness.Write(broken.WriteEnd, buffer, 64, -1, 4)));
        var results = bench.Aio.Reap(4).ToDictionary(e => e.UserData, e => e.Res);
        Assert.Equal(-Errno.EFAULT, results[1]);
        Assert.Equal(-Errno.EFAULT, results[2]);
        Assert.Equal(-Errno.EISDIR, results[3]);
        Assert.Equal(-Errno.EPIPE, results[4]);
        _ = Libc.Close(directory);
    }

    [Theory, MemberData(nameof(Engines)), Requirement("SUBMIT-7")]
    public void Nowait_gives_eagain_on_an_empty_pipe_and_the_data_on_a_full_one(EngineUnderTest engine)
    {
        using var bench = new EngineBench(engine);
        using var pipe = new Pipe();
        var read = Harness.Read(pipe.ReadEnd, bench.Aio.Memory(64), 64, -1) with { RwFlags = Aio2Rwf.Nowait };
        Assert.Equal(Iocb2.SizeOf, bench.Aio.Submit(read));
        Assert.Equal(-Errno.EAGAIN, bench.Aio.ReapOne().Res);
        pipe.Put(5);
        Assert.Equal(Iocb2.SizeOf, bench.Aio.Submit(read));
        Assert.Equal(5, bench.Aio.ReapOne().Res);
    }

    [Theory, MemberData(nameof(Engines)), Requirement("SUBMIT-7")]
    public void A_stream_with_O_NONBLOCK_says_eagain_as_its_read_does(EngineUnderTest engine)
    {
        using var bench = new EngineBench(engine);
        using var pipe = new Pipe();
        var counter = Libc.Eventfd(0, Libc.EFD_CLOEXEC | Libc.EFD_NONBLOCK);
        Assert.Equal(0, Libc.Fcntl(pipe.ReadEnd, Libc.F_SETFL, Libc.O_NONBLOCK));
        var buffer = bench.Aio.Memory(64);
        Assert.Equal(2 * Iocb2.SizeOf, bench.Aio.Submit(
            Harness.Read(pipe.ReadEnd, buffer, 8, -1, 1), Harness.Read(counter, buffer, 8, -1, 2)));
        Assert.All(bench.Aio.Reap(2), e => Assert.Equal(-Errno.EAGAIN, e.Res));
        _ = Libc.Close(counter);
    }

    [Theory, MemberData(nameof(Engines)), Requirement("SUBMIT-7")]
    public void A_file_with_O_NONBLOCK_is_read_as_its_pread_does(EngineUnderTest engine)
    {
        using var bench = new EngineBench(engine);
        var fd = EngineBench.OpenTmpfs(5000);
        Assert.Equal(0, Libc.Fcntl(fd, Libc.F_SETFL, Libc.O_NONBLOCK));
        Assert.Equal(Iocb2.SizeOf, bench.Aio.Submit(Harness.Read(fd, bench.Aio.Memory(8192), 8192, 0)));
        Assert.Equal(5000, bench.Aio.ReapOne().Res);
        _ = Libc.Close(fd);
    }

    [Theory, MemberData(nameof(Engines)), Requirement("SUBMIT-4")]
    public void The_file_position_is_used_and_moved_once_for_each_byte(EngineUnderTest engine)
    {
        using var bench = new EngineBench(engine);
        using var file = new ScratchFile(content: ScratchFile.Pattern(32 * 16));
        var buffer = bench.Aio.Memory(32 * 16);
        var reads = new Iocb2[32];
        for (var i = 0; i < reads.Length; i++)
        {
            reads[i] = Harness.Read(file.Fd, buffer + (i * 16), 16, -1, (ulong)i);
        }

        Assert.Equal(reads.Length * Iocb2.SizeOf, bench.Aio.Submit(reads));
        Assert.All(bench.Aio.Reap(reads.Length), e => Assert.Equal(16, e.Res));

        // In whatever order they ran: each part of the file came to exactly one of them.
        var content = File.ReadAllBytes(file.Path);
        var expected = content.Chunk(16).Select(Convert.ToHexString).Order();
        var got = new ReadOnlySpan<byte>(buffer, content.Length).ToArray().Chunk(16).Select(Convert.ToHexString).Order();
        Assert.Equal(expected, got);
        Assert.Equal(Iocb2.SizeOf, bench.Aio.Submit(Harness.Read(file.Fd, buffer, 16, -1)));
        Assert.Equal(0, bench.Aio.ReapOne().Res);
    }

    [Theory, MemberData(nameof(Engines)), Requirement("SUBMIT-7")]
    public void Appending_writes_land_whole_at_the_end(EngineUnderTest engine)
    {
        using var bench = new EngineBench(engine);
        using var file = new ScratchFile(content: new byte[10]);
        var buffer = bench.Aio.Memory(16 * 100);
        var writes = new Iocb2[16];
        for (var i = 0; i < writes.Length; i++)
        {
            new Span<byte>(buffer + (i * 100), 100).Fill((byte)(i + 1));
            writes[i] = Harness.Write(file.Fd, buffer + (i * 100), 100, 0) with { RwFlags = Aio2Rwf.Append };
        }

        Assert.Equal(writes.Length * Iocb2.SizeOf, bench.Aio.Submit(writes));
        Assert.All(bench.Aio.Reap(writes.Length), e => Assert.Equal(100, e.Res));
        var parts = File.ReadAllBytes(file.Path)[10..].Chunk(100).ToList();
        Assert.Equal(16, parts.Count);
        Assert.All(parts, p => Assert.Single(p.Distinct()));
        Assert.Equal(16, parts.Select(p => p[0]).Distinct().Count());
    }

    [Theory, MemberData(nameof(Engines)), Requirement("SUBMIT-7")]
    public void A_direct_read_gives_the_content_of_the_file(EngineUnderTest engine)
    {
        using var bench = new EngineBench(engine);
        using var file = new ScratchFile(Libc.O_RDWR | Libc.O_DIRECT, ScratchFile.Pattern(1 << 16));
        var buffer = bench.Aio.Memory((1 << 16) + 4096);
        buffer += -(nint)buffer & 4095;
        var reads = new Iocb2[16];
        for (var i = 0; i < reads.Length; i++)
        {
            reads[i] = Harness.Read(file.Fd, buffer + (i * 4096), 4096, i * 4096);
        }

        Assert.Equal(reads.Length * Iocb2.SizeOf, bench.Aio.Submit(reads));
        Assert.All(bench.Aio.Reap(reads.Length), e => Assert.Equal(4096, e.Res));
        Assert.True(new ReadOnlySpan<byte>(buffer, 1 << 16).SequenceEqual(File.ReadAllBytes(file.Path)));
    }

    private static Iocb2 Plain(ushort op, int fd, ulong userData) =>
        new() { Bytes = Iocb2.SizeOf, Opcode = op, Fd = fd, UserData = userData };

    private static Iocb2 Vectored(ushort op, int fd, Aio2Vec* vectors, ulong count, long offset) =>
        new() { Bytes = Iocb2.SizeOf, Opcode = op, Fd = fd, Addr = (ulong)vectors, Len = count, Offset = offset };
}
