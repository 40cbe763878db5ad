using System.Buffers.Binary;
using AioV2.Abi;
using AioV2.Attributes.Pi;
using AioV2.Kernel.Devices;
using AioV2.Kernel.Linux;
using AioV2.Tests;

namespace AioV2.Kernel.Tests.Pi;

/// <summary>Reads and writes of protected files through the calls (ATTR-8).</summary>
public sealed unsafe class ProtectedTransferTests
{
    private static readonly PiFormat Plain = new(PiType.Type1, PiGuard.Crc16);

    [Fact, Requirement("ATTR-8")]
    public void What_is_written_with_tuples_comes_back_with_them_in_every_format()
    {
        foreach (var format in PiFile.Formats)
        {
            using var pi = new PiFile(format, 5);
            pi.Fill(seed: 3, appTag: 0x1234, refTag: 1000);
            var data = pi.Data(5).ToArray();
            var tuples = pi.Tuples(5).ToArray();

            Assert.Equal((5L * format.IntervalBytes, 0), Head(pi.Read(0, 5, PiFile.AllChecks, 0x1234, 1000)));

            Assert.Equal(data, pi.Data(5).ToArray());
            Assert.Equal(tuples, pi.Tuples(5).ToArray());
            Assert.Equal((2L * format.IntervalBytes, 0),
                Head(pi.Read(3, 2, PiFile.AllChecks, 0x1234, format.Type == PiType.Type3 ? 1000ul : 1003)));
            Assert.Equal(data[(3 * format.IntervalBytes)..], pi.Data(2).ToArray());
        }
    }

    [Fact, Requirement("ATTR-8")]
    public void Each_check_is_made_on_write_exactly_when_it_is_asked_for_and_a_mismatch_writes_nothing()
    {
        foreach (var format in PiFile.Formats)
        {
            using var pi = new PiFile(format, 4);
            pi.Fill(seed: 1, appTag: 7, refTag: 50);
            var before = (File.ReadAllBytes(pi.Path), File.ReadAllBytes(pi.SidecarPath));
            ScratchFile.Pattern(4 * format.IntervalBytes, 2).CopyTo(pi.Data(4));
            pi.Generate(4, 50, 7);
            var own = pi.Tuples(4)[(2 * format.MetadataBytes)..];
            var good = PiTuple.Read(format, own);
            new PiTuple(good.Guard ^ 0x21, 8, (good.RefTag + 1) & format.RefTagMask).Write(format, own);

            Mismatch(Aio2PiCheck.Guard, good.Guard, good.Guard ^ 0x21, pi.Write(0, 4, Aio2PiFlags.CheckGuard, 7, 50));
            Mismatch(Aio2PiCheck.Apptag, 7, 8, pi.Write(0, 4, Aio2PiFlags.CheckApptag, 7, 50));
            if (format.Type != PiType.Type3)
            {
                Mismatch(Aio2PiCheck.Reftag, good.RefTag, good.RefTag + 1, pi.Write(0, 4, Aio2PiFlags.CheckReftag, 7, 50));
            }

            Assert.Equal(before.Item1, File.ReadAllBytes(pi.Path));
            Assert.Equal(before.Item2, File.ReadAllBytes(pi.SidecarPath));

            // Nobody asks: what is wrong is stored, and found by who asks on read.
            Assert.Equal(4L * format.IntervalBytes, pi.Write(0, 4, 0, 7, 50).Res);
            Mismatch(Aio2PiCheck.Guard, good.Guard, good.Guard ^ 0x21, pi.Read(0, 4, PiFile.AllChecks, 7, 50));
            if (format.Type != PiType.Type3)
            {
                Mismatch(Aio2PiCheck.Reftag, good.RefTag, good.RefTag + 1, pi.Read(0, 4, Aio2PiFlags.CheckReftag | Aio2PiFlags.CheckApptag, 7, 50));
            }

            Mismatch(Aio2PiCheck.Apptag, 7, 8, pi.Read(0, 4, Aio2PiFlags.CheckApptag, 7, 50));

            // The reference tag of type 3 is opaque.
            var last = format.Type == PiType.Type3 ? Aio2PiFlags.CheckReftag : (ushort)0;
            Assert.Equal(4L * format.IntervalBytes, pi.Read(0, 4, last, 7, 50).Res);
        }

        static void Mismatch(uint check, ulong expected, ulong found, (long Res, int Status, Aio2RetPi Answer) answer)
        {
            Assert.Equal((-Errno.EILSEQ, -Errno.EILSEQ), (answer.Res, answer.Status));
            Assert.Equal((2ul, check, expected, found), (answer.Answer.Interval, answer.Answer.Check, answer.Answer.Expected, answer.Answer.Found));
        }
    }

    [Fact, Requirement("ATTR-8")]
    public void Escape_values_disable_the_checks_and_are_kept()
    {
        foreach (var format in PiFile.Formats)
        {
            using var pi = new PiFile(format, 2);
            ScratchFile.Pattern(2 * format.IntervalBytes, 2).CopyTo(pi.Data(2));
            pi.Generate(2, 0, 7);
            new PiTuple(0xdead, PiTuple.AppTagEscape, format.RefTagMask).Write(format, pi.Tuples(2)[format.MetadataBytes..]);
            var tuples = pi.Tuples(2).ToArray();

            Assert.Equal((2L * format.IntervalBytes, 0), Head(pi.Write(0, 2, PiFile.AllChecks, 7, 0)));
            Assert.Equal((2L * format.IntervalBytes, 0), Head(pi.Read(0, 2, PiFile.AllChecks, 7, 0)));
            Assert.Equal(tuples, pi.Tuples(2).ToArray());

            // The data under an escape is nobody's to check.
            PiFile.Flip(pi.Path, format.IntervalBytes + 3);
            Assert.Equal((2L * format.IntervalBytes, 0), Head(pi.Read(0, 2, PiFile.AllChecks, 7, 0)));
            PiFile.Flip(pi.Path, 3);
            Assert.Equal((-Errno.EILSEQ, -Errno.EILSEQ), Head(pi.Read(0, 2, PiFile.AllChecks, 7, 0)));
        }
    }

    [Fact, Requirement("ATTR-8")]
    public void Type_1_stores_the_address_and_answers_in_the_numbering_of_the_request()
    {
        using var pi = new PiFile(Plain, 8);
        ScratchFile.Pattern(2 * 512, 2).CopyTo(pi.Data(2));
        pi.Generate(2, 5000, 9);

        Assert.Equal(1024, pi.Write(6, 2, PiFile.AllChecks, 9, 5000).Res);

        var record = File.ReadAllBytes(pi.SidecarPath).AsSpan(4096 + (6 * 16), 8);
        Assert.Equal(6u, BinaryPrimitives.ReadUInt32BigEndian(record[4..]));
        Assert.Equal(512, pi.Read(7, 1, PiFile.AllChecks, 9, 77).Res);
        Assert.Equal(77ul, PiTuple.Read(Plain, pi.Tuples(1)).RefTag);
    }

    [Fact, Requirement("ATTR-8")]
    public void Type_2_keeps_the_seed_and_misses_another()
    {
        using var pi = new PiFile(new PiFormat(PiType.Type2, PiGuard.Crc16), 4);
        pi.Fill(1, refTag: 5000);

        var (res, _, answer) = pi.Read(1, 2, PiFile.AllChecks, 7, 5000);

        Assert.Equal((-Errno.EILSEQ, Aio2PiCheck.Reftag, 5000ul, 5001ul), (res, answer.Check, answer.Expected, answer.Found));
        Assert.Equal(1024, pi.Read(1, 2, PiFile.AllChecks, 7, 5001).Res);
    }

    [Fact, Requirement("ATTR-8")]
    public void Scattered_data_goes_with_one_run_of_tuples()
    {
        using var pi = new PiFile(Plain, 600);
        int[] cuts = [0, 1, 700, 700, 512 * 300, (512 * 600) - 3, 512 * 600];
        var vectors = (Aio2Vec*)pi.Aio.Memory(sizeof(Aio2Vec) * 8);
        for (var i = 0; i + 1 < cuts.Length; i++)
        {
            vectors[i] = new Aio2Vec { Base = (ulong)(pi.DataAddress + cuts[i]), Len = (ulong)(cuts[i + 1] - cuts[i]) };
        }

        // More than the kernel takes at once.
        ScratchFile.Pattern(512 * 600, 4).CopyTo(pi.Data(600));
        pi.Generate(600, 0, 7);
        var data = pi.Data(600).ToArray();
        var tuples = pi.Tuples(600).ToArray();
        foreach (var opcode in new[] { Aio2Op.Pwritev, Aio2Op.Preadv })
        {
            var iocb = new Iocb2 { Opcode = opcode, Fd = pi.Fd, Addr = (ulong)vectors, Len = (ulong)(cuts.Length - 1) };
            pi.Aio.Submit(PiFile.Join(iocb, pi.Attribute(600, PiFile.AllChecks, 7, 0)));
            Assert.Equal((512L * 600, 0), Head(PiFile.Answer(pi.Aio.ReapOne())));
            if (opcode == Aio2Op.Pwritev)
            {
                pi.Data(600).Clear();
                pi.Tuples(600).Clear();
            }
        }

        Assert.Equal(data, pi.Data(600).ToArray());
        Assert.Equal(tuples, pi.Tuples(600).ToArray());
    }

    [Fact, Requirement("ATTR-8")]
    public void A_mismatch_far_behind_leaves_nothing_of_a_long_write()
    {
        using var pi = new PiFile(Plain, 1500);
        var before = File.ReadAllBytes(pi.Path);
        ScratchFile.Pattern(512 * 1500, 4).CopyTo(pi.Data(1500));
        pi.Generate(1500, 0, 7);
        pi.Data(1500)[(512 * 1499) + 8] ^= 1;

        var (res, _, answer) = pi.Write(0, 1500, PiFile.AllChecks, 7, 0);

        Assert.Equal((-Errno.EILSEQ, 1499ul, Aio2PiCheck.Guard), (res, answer.Interval, answer.Check));
        Assert.Equal(before, File.ReadAllBytes(pi.Path));
    }

    [Fact, Requirement("ATTR-8")]
    public void A_write_without_tuples_makes_them()
    {
        foreach (var format in PiFile.Formats)
        {
            using var pi = new PiFile(format, 3);
            ScratchFile.Pattern(2 * format.IntervalBytes, 9).CopyTo(pi.Data(2));
            var data = pi.Data(2).ToArray();

            pi.Aio.Submit(Harness.Write(pi.Fd, pi.DataAddress, (ulong)(2 * format.IntervalBytes), format.IntervalBytes));

            Assert.Equal(2L * format.IntervalBytes, pi.Aio.ReapOne().Res);
            Assert.Equal((2L * format.IntervalBytes, 0), Head(pi.Read(1, 2, PiFile.AllChecks, 0, format.Type == PiType.Type3 ? 0ul : 1ul)));
            Assert.Equal(data, pi.Data(2).ToArray());
        }
    }

    [Fact, Requirement("ATTR-8")]
    public void A_transfer_ends_at_the_end_of_the_device()
    {
        using var pi = new PiFile(Plain, 4);
        pi.Fill(1);

        Assert.Equal(1024, pi.Read(2, 4, PiFile.AllChecks, 7, 2).Res);
        Assert.Equal(0, pi.Read(4, 1, PiFile.AllChecks, 7, 4).Res);
        Assert.Equal(-Errno.ENOSPC, pi.Write(4, 1, 0, 7, 4).Res);
        pi.Generate(4, 0, 7);
        Assert.Equal(512, pi.Write(3, 2, 0, 7, 3).Res);
        Assert.Equal(4 * 512, new FileInfo(pi.Path).Length);
        pi.Aio.Submit(pi.Record(Aio2Op.Pwrite, 0, 512, pi.Attribute(1, 0, 7, 0), rwFlags: Aio2Rwf.Append));
        Assert.Equal(-Errno.ENOSPC, pi.Aio.ReapOne().Res);
        pi.Aio.Submit(pi.Record(Aio2Op.Pread, 0, 512, pi.Attribute(1, 0, 7, 0), rwFlags: Aio2Rwf.Nowait));
        Assert.Equal(-Errno.EAGAIN, pi.Aio.ReapOne().Res);
    }

    [Fact, Requirement("ATTR-8")]
    public void Bad_memory_fails_and_leaves_the_pair_as_it_was()
    {
        using var pi = new PiFile(Plain, 4);
        pi.Fill(1);
        var bad = pi.Attribute(1, 0, 7, 0);
        bad.Addr = 8;
        foreach (var opcode in new[] { Aio2Op.Pwrite, Aio2Op.Pread })
        {
            pi.Aio.Submit(pi.Record(opcode, 0, 512, bad));
            Assert.Equal((-Errno.EFAULT, -Errno.EFAULT), Head(PiFile.Answer(pi.Aio.ReapOne())));
            var iocb = new Iocb2 { Opcode = opcode, Fd = pi.Fd, Addr = 8, Len = 512 };
            pi.Aio.Submit(PiFile.Join(iocb, pi.Attribute(1, 0, 7, 0)));
            Assert.Equal((-Errno.EFAULT, -Errno.EFAULT), Head(PiFile.Answer(pi.Aio.ReapOne())));
        }

        Assert.Equal(4 * 512, pi.Read(0, 4, PiFile.AllChecks, 7, 0).Res);
    }

    [Theory, Requirement("ATTR-8")]
    [InlineData(EngineKind.Threads)]
    [InlineData(EngineKind.IoUring)]
    [InlineData(EngineKind.Simulated)]
    public void Every_engine_carries_it(EngineKind engine)
    {
        using var kernel = EmbeddedKernel.Create(new KernelOptions { Engine = engine });
        using var pi = new PiFile(Plain, 4, kernel);

        pi.Fill(1);

        Assert.Equal(4 * 512, pi.Read(0, 4, PiFile.AllChecks, 7, 0).Res);
        pi.Aio.Submit(new Iocb2 { Bytes = 48, Opcode = Aio2Op.Fsync, Fd = pi.Fd }, new Iocb2 { Bytes = 48, Opcode = Aio2Op.Fdsync, Fd = pi.Fd });
        Assert.All(pi.Aio.Reap(2), e => Assert.Equal(0, e.Res));
    }

    [Fact, Requirement("ATTR-8"), Requirement("ISSUE-1")]
    public void The_synchronous_call_carries_it_too()
    {
        using var pi = new PiFile(Plain, 4);
        pi.Fill(1);
        PiFile.Flip(pi.Path, 512);
        var completion = stackalloc byte[256];
        long got;
        fixed (byte* record = pi.Record(Aio2Op.Pread, 0, 4 * 512, pi.Attribute(4, PiFile.AllChecks, 7, 0)))
        {
            got = pi.Aio.Kernel.Issue(record, 88, completion, 256, 0);
        }

        var (res, status, answer) = PiFile.Answer(Assert.Single(Event.Split(new ReadOnlySpan<byte>(completion, (int)got))));
        Assert.Equal((-Errno.EILSEQ, -Errno.EILSEQ, 1ul, Aio2PiCheck.Guard), (res, status, answer.Interval, answer.Check));
    }

    [Fact, Requirement("ATTR-8"), Requirement("SETUP-12")]
    public void A_deferred_context_carries_it_too()
    {
        using var kernel = EmbeddedKernel.Create();
        using var aio = Harness.Context(ringBytes: 0, nrReqs: 8, flags: Aio2Setup.Defer, kernel: kernel);
        using var pi = new PiFile(Plain, 4, kernel);
        pi.Fill(1);

        aio.Submit(pi.Record(Aio2Op.Pread, 0, 4 * 512, pi.Attribute(4, PiFile.AllChecks, 7, 0)));

        Assert.Equal((4L * 512, 0), Head(PiFile.Answer(aio.ReapOne())));
    }

    [Fact, Requirement("ATTR-8")]
    public void A_direct_descriptor_works_whatever_the_users_alignment()
    {
        using var pi = new PiFile(new PiFormat(PiType.Type1, PiGuard.Crc64, 4096), 4, flags: Libc.O_RDWR | Libc.O_DIRECT);
        pi.Fill(1);
        var data = (nint)pi.DataAddress + 1;
        var iocb = new Iocb2 { Opcode = Aio2Op.Pread, Fd = pi.Fd, Addr = (ulong)data, Len = 4096, Offset = 4096 };

        pi.Aio.Submit(PiFile.Join(iocb, pi.Attribute(1, PiFile.AllChecks, 7, 1)));

        Assert.Equal((4096L, 0), Head(PiFile.Answer(pi.Aio.ReapOne())));
        Assert.Equal(ScratchFile.Pattern(4 * 4096, 1)[4096..8192], new ReadOnlySpan<byte>((void*)data, 4096).ToArray());
    }

    [Fact, Requirement("ATTR-8")]
    public void A_range_that_somebody_else_has_locked_is_waited_for_and_no_other()
    {
        using var pi = new PiFile(Plain, 8);
        pi.Fill(1);
        var sidecar = Libc.Open(pi.SidecarPath, Libc.O_RDWR | Libc.O_CLOEXEC);
        Assert.Equal(0, Libc.LockRange(sidecar, Libc.F_WRLCK, 4096 + (2 * 16), 16));
        pi.Aio.Submit(pi.Record(Aio2Op.Pread, 0, 4 * 512, pi.Attribute(4, PiFile.AllChecks, 7, 0)));

        // What the holder does in between is not seen, while requests beside it pass: each of them is begun after the first.
        PiFile.Flip(pi.Path, (2 * 512) + 5);
        for (var i = 0; i < 50; i++)
        {
            Assert.Equal(4 * 512, pi.Run(Aio2Op.Pread, 4, 4, PiFile.AllChecks, 7, 4).Res);
        }

        PiFile.Flip(pi.Path, (2 * 512) + 5);
        Assert.Equal(0, Libc.LockRange(sidecar, Libc.F_UNLCK, 4096 + (2 * 16), 16));
        Assert.Equal((4L * 512, 0), Head(PiFile.Answer(pi.Aio.ReapOne())));
        Libc.Close(sidecar);
    }

    [Fact, Requirement("ATTR-8")]
    public void Many_requests_on_one_file_never_meet_half_a_write()
    {
        using var kernel = Harness.NewKernel();
        using var pi = new PiFile(Plain, 64, kernel);
        pi.Fill(1);

        // Two contents with their tuples, written in turn, and reads of all: whatever a read meets must agree.
        var run = new List<byte>();
        for (var i = 0; i < 16; i++)
        {
            var iocb = new Iocb2
            {
                Opcode = i % 2 == 0 ? Aio2Op.Pwrite : Aio2Op.Pread, Fd = pi.Fd, Addr = (ulong)pi.Aio.Memory(64 * 512), Len = 64 * 512,
            };
            var attribute = pi.Attribute(64, PiFile.AllChecks, 7, 0);
            attribute.Addr = (ulong)pi.Aio.Memory(64 * 8);
            if (i % 2 == 0)
            {
                var data = new Span<byte>((void*)iocb.Addr, 64 * 512);
                ScratchFile.Pattern(data.Length, i % 4).CopyTo(data);
                T10Pi.Generate(Plain, data, new Span<byte>((void*)attribute.Addr, 64 * 8), 0, 7);
            }

            run.AddRange(PiFile.Join(iocb, attribute));
        }

        for (var round = 0; round < 300; round++)
        {
            pi.Aio.Submit(run.ToArray());
            Assert.All(pi.Aio.Reap(16), e => Assert.Equal(64 * 512, e.Res));
        }
    }

    [Fact, Requirement("ATTR-8"), Requirement("SUBMIT-2")]
    public void What_was_verified_is_what_is_stored_whatever_the_user_scribbles_meanwhile()
    {
        using var pi = new PiFile(new PiFormat(PiType.Type1, PiGuard.Crc64), 1024);
        ScratchFile.Pattern(1024 * 512, 5).CopyTo(pi.Data(1024));
        pi.Generate(1024, 0, 7);
        using var stop = new CancellationTokenSource();
        var target = (nint)pi.DataAddress;
        var scribbler = new Thread(() =>
        {
            var at = (byte*)target + (700 * 512);
            while (!stop.IsCancellationRequested)
            {
                Volatile.Write(ref *at, (byte)(*at ^ 1));
            }
        });
        scribbler.Start();

        for (var i = 0; i < 200; i++)
        {
            var (res, _, answer) = pi.Write(0, 1024, PiFile.AllChecks, 7, 0);
            Assert.True(res == 1024 * 512 || (res == -Errno.EILSEQ && answer.Interval == 700), $"{res}, interval {answer.Interval}");
        }

        stop.Cancel();
        scribbler.Join();
        using var device = ProtectedDevice.Open(pi.Path);
        Assert.Equal(0ul, device.Scrub());
    }

    private static (long Res, int Status) Head((long Res, int Status, Aio2RetPi Answer) answer) => (answer.Res, answer.Status);
}
