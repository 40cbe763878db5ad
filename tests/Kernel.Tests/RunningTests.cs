using AioV2.Abi;
using AioV2.Abi.Ring;
using AioV2.Tests;

namespace AioV2.Kernel.Tests;

/// <summary>The operations on real files and pipes (SUBMIT-4, SUBMIT-6, SUBMIT-7).</summary>
public sealed unsafe class RunningTests
{
    public static TheoryData<uint> Kinds => Harness.Kinds;

    [Theory, MemberData(nameof(Kinds)), Requirement("SUBMIT-7")]
    public void A_nop_gives_one_event_with_its_user_data_and_result_0(uint kind)
    {
        using var aio = Harness.Context(flags: kind);

        Assert.Equal(2 * Iocb2.SizeOf, aio.Submit(Harness.Nop(7), Harness.Nop(8)));

        var events = aio.Reap(2);
        Assert.Equal([7ul, 8ul], events.Select(e => e.UserData));
        Assert.All(events, e => Assert.Equal((24u, (ushort)0, (ushort)0, 0L), (e.Fixed.Bytes, e.Fixed.Flags, e.Fixed.Reserved, e.Res)));
        Assert.Equal(0, aio.Poll(new byte[64]));
    }

    [Theory, MemberData(nameof(Kinds)), Requirement("SUBMIT-7")]
    public void What_is_written_is_read_back_plain_and_vectored(uint kind)
    {
        using var aio = Harness.Context(flags: kind);
        using var file = new ScratchFile();
        var data = aio.Memory(10000);
        ScratchFile.Pattern(10000).CopyTo(new Span<byte>(data, 10000));
        var vectors = (Aio2Vec*)aio.Memory(64);
        vectors[0] = new Aio2Vec { Base = (ulong)data, Len = 1000 };
        vectors[1] = new Aio2Vec { Base = (ulong)data + 1000, Len = 0 };
        vectors[2] = new Aio2Vec { Base = (ulong)data + 1000, Len = 9000 };
        var write = Harness.Write(file.Fd, vectors, 3, 100, 1);
        write.Opcode = Aio2Op.Pwritev;

        aio.Submit(write);
        Assert.Equal(10000, aio.ReapOne().Res);
        var back = aio.Memory(10000);
        aio.Submit(Harness.Read(file.Fd, back, 20000, 100, 2));
        Assert.Equal(10000, aio.ReapOne().Res);

        Assert.True(new Span<byte>(data, 10000).SequenceEqual(new Span<byte>(back, 10000)));
        new Span<byte>(back, 10000).Clear();
        vectors[0].Base = (ulong)back;
        vectors[1].Base = vectors[2].Base = (ulong)back + 1000;
        var read = Harness.Read(file.Fd, vectors, 3, 100, 3);
        read.Opcode = Aio2Op.Preadv;
        aio.Submit(read);
        Assert.Equal(10000, aio.ReapOne().Res);
        Assert.True(new Span<byte>(data, 10000).SequenceEqual(new Span<byte>(back, 10000)));
    }

    [Fact, Requirement("SUBMIT-7")]
    public void Fsync_and_fdsync_run_on_a_file_and_fail_on_a_pipe()
    {
        using var aio = Harness.Context();
        using var file = new ScratchFile();
        using var pipe = new Pipe();

        aio.Submit(
            new Iocb2 { Bytes = 48, Opcode = Aio2Op.Fsync, Fd = file.Fd, UserData = 1 },
            new Iocb2 { Bytes = 48, Opcode = Aio2Op.Fdsync, Fd = file.Fd, UserData = 2 },
            new Iocb2 { Bytes = 48, Opcode = Aio2Op.Fsync, Fd = pipe.ReadEnd, UserData = 3 });

        var results = aio.Reap(3).ToDictionary(e => e.UserData, e => e.Res);
        Assert.Equal((0, 0, -Errno.EINVAL), (results[1], results[2], results[3]));
    }

    [Theory, MemberData(nameof(Kinds)), Requirement("SUBMIT-6")]
    public void Submission_does_not_wait_for_a_pipe_and_other_work_overtakes(uint kind)
    {
        using var aio = Harness.Context(flags: kind);
        using var pipe = new Pipe();
        using var file = new ScratchFile(content: [1, 2, 3, 4]);
        var data = aio.Memory(64);

        // More waiting reads than the engine has workers.
        for (var i = 0; i < 40; i++)
        {
            Assert.Equal(48, aio.Submit(Harness.Read(pipe.ReadEnd, data, 1, -1, (ulong)i)));
        }

        aio.Submit(Harness.Read(file.Fd, data + 32, 4, 0, 100));
        Assert.Equal((100ul, 4L), (aio.ReapOne() is var e ? e.UserData : 0, e.Res));

        pipe.Put(40);
        Assert.Equal(Enumerable.Range(0, 40).Select(i => (ulong)i), aio.Reap(40).Select(e => e.UserData).Order());
    }

    [Fact, Requirement("SUBMIT-7")]
    public void Nowait_on_an_empty_pipe_gives_EAGAIN_as_the_result()
    {
        using var aio = Harness.Context();
        using var pipe = new Pipe();
        var read = Harness.Read(pipe.ReadEnd, aio.Memory(8), 8, -1, 5);
        read.RwFlags = Aio2Rwf.Nowait;

        Assert.Equal(48, aio.Submit(read));

        Assert.Equal(-Errno.EAGAIN, aio.ReapOne().Res);
    }

    [Fact, Requirement("SUBMIT-2")]
    public void A_request_holds_its_file_when_the_number_is_closed_and_reused()
    {
        using var aio = Harness.Context();
        using var pipe = new Pipe();
        using var other = new ScratchFile(content: [9, 9, 9, 9]);
        var data = aio.Memory(8);
        var number = pipe.ReadEnd;
        aio.Submit(Harness.Read(number, data, 4, -1, 1));

        pipe.CloseRead();
        using var reuse = new ScratchFile(content: [8, 8, 8, 8]);
        pipe.Put(4);

        Assert.Equal(4, aio.ReapOne().Res);
        Assert.Equal([0x5a, 0x5a, 0x5a, 0x5a], new Span<byte>(data, 4).ToArray());
    }

    [Fact, Requirement("SUBMIT-4")]
    public void A_bad_data_buffer_arrives_as_the_events_result()
    {
        using var aio = Harness.Context();
        using var file = new ScratchFile(content: [1, 2, 3]);

        Assert.Equal(48, aio.Submit(Harness.Read(file.Fd, (void*)8, 3, 0, 1)));

        Assert.Equal(-Errno.EFAULT, aio.ReapOne().Res);
    }

    [Fact, Requirement("RING-8")]
    public void User_space_reaps_from_the_shared_ring_without_a_call()
    {
        using var aio = Harness.Context();
        aio.Submit(Harness.Nop(1), Harness.Nop(2));

        Assert.Equal(48ul, aio.Header->Tail);
        Assert.Equal(0u, aio.Header->Flags);
        var data = (IoEvent2*)(aio.Params.RingAddr + aio.Params.DataOffset);
        Assert.Equal((1ul, 2ul), (data[0].UserData, data[1].UserData));
        Volatile.Write(ref aio.User->Head, 48);

        Assert.Equal(0, aio.Poll(new byte[64]));
    }

    [Fact, Requirement("DESTROY-1")]
    public void Destroy_cancels_reads_that_wait_on_a_pipe_and_later_calls_find_nothing()
    {
        using var aio = Harness.Context();
        using var pipe = new Pipe();
        var data = aio.Memory(64);
        for (var i = 0; i < 10; i++)
        {
            aio.Submit(Harness.Read(pipe.ReadEnd, data, 1, -1));
        }

        Assert.Equal(0, aio.Destroy());

        Assert.Equal(Aio2RingFlags.Dead, aio.Header->Flags & Aio2RingFlags.Dead);
        Assert.Equal(-Errno.ENXIO, aio.Kernel.Destroy(aio.Ctx));
        Assert.Equal(-Errno.ENXIO, aio.Submit(Harness.Nop(1)));
        Assert.Equal(-Errno.ENXIO, aio.Poll(new byte[64]));
        pipe.Put(1);
        Assert.Equal(0, data[0]);
    }
}
