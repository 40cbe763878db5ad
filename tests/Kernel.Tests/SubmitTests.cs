using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Kernel.Linux;
using AioV2.Tests;

namespace AioV2.Kernel.Tests;

/// <summary>Validation of runs, and what is told about it (ERR-1, SUBMIT-1…5).</summary>
public sealed unsafe class SubmitTests
{
    private static Record Data(Func<Iocb2, Iocb2> change) =>
        Record.Of(change(new Iocb2 { Bytes = 48, Opcode = Aio2Op.Pread, Fd = -1, Addr = 4096, Len = 8 }));

    /// <summary>Bad records: the record, errno, reason, and where the field stands.</summary>
    public static TheoryData<string, byte[], int, uint, int> Bad
    {
        get
        {
            static byte[] Raw(uint bytes, int length)
            {
                var run = new byte[length];
                MemoryMarshal.Write(run, in bytes);
                return run;
            }

            return new()
            {
                { "too short", Raw(40, 48), Errno.EINVAL, Aio2Reason.RecordTooShort, 0 },
                { "zero", Raw(0, 48), Errno.EINVAL, Aio2Reason.RecordTooShort, 0 },
                { "unaligned", Raw(52, 56), Errno.EINVAL, Aio2Reason.RecordUnaligned, 0 },
                { "beyond the run", Raw(56, 48), Errno.EINVAL, Aio2Reason.RecordTruncated, 0 },
                { "three bytes", [48, 0, 0], Errno.EINVAL, Aio2Reason.RecordTruncated, 0 },
                { "huge", Raw(uint.MaxValue - 7, 48), Errno.EINVAL, Aio2Reason.RecordTruncated, 0 },
                { "too long", Raw(4104, 4104), Errno.EINVAL, Aio2Reason.RecordTooLong, 0 },
                { "opcode before flags", Data(i => i with { Opcode = 99, Flags = 0x8000 }).Bytes, Errno.EINVAL, Aio2Reason.OpcodeUnknown, 6 },
                { "flags before rw_flags", Data(i => i with { Flags = 0x8000, RwFlags = 1u << 31 }).Bytes, Errno.EINVAL, Aio2Reason.FlagsUnknown, 4 },
                { "unknown before inapplicable", Data(i => i with { Flags = 0x8001 }).Bytes, Errno.EINVAL, Aio2Reason.FlagsUnknown, 4 },
                { "inapplicable flag", Data(i => i with { Flags = Aio2IocbFlags.Multi }).Bytes, Errno.EINVAL, Aio2Reason.FlagsInapplicable, 4 },
                { "rw_flags before offset", Data(i => i with { RwFlags = 1u << 31, Offset = -2 }).Bytes, Errno.EOPNOTSUPP, Aio2Reason.RwFlagsUnknown, 20 },
                { "append on a read", Data(i => i with { RwFlags = Aio2Rwf.Append }).Bytes, Errno.EOPNOTSUPP, Aio2Reason.RwFlagsUnknown, 20 },
                { "nop with fd", Record.Of(Harness.Nop(0) with { Fd = 1, Addr = 1 }).Bytes, Errno.EINVAL, Aio2Reason.FieldNotZero, 16 },
                { "nop with rw_flags", Record.Of(Harness.Nop(0) with { RwFlags = 1, Fd = 1 }).Bytes, Errno.EOPNOTSUPP, Aio2Reason.RwFlagsUnknown, 20 },
                { "nop with addr", Record.Of(Harness.Nop(0) with { Addr = 1 }).Bytes, Errno.EINVAL, Aio2Reason.FieldNotZero, 24 },
                { "nop with len", Record.Of(Harness.Nop(0) with { Len = 1 }).Bytes, Errno.EINVAL, Aio2Reason.FieldNotZero, 32 },
                { "nop with offset", Record.Of(Harness.Nop(0) with { Offset = -1 }).Bytes, Errno.EINVAL, Aio2Reason.FieldNotZero, 40 },
                { "fsync with offset", Data(i => i with { Opcode = Aio2Op.Fsync, Addr = 0, Len = 0, Offset = 8 }).Bytes, Errno.EINVAL, Aio2Reason.FieldNotZero, 40 },
                { "offset -2 before fd", Data(i => i with { Offset = -2 }).Bytes, Errno.EINVAL, Aio2Reason.OffsetNegative, 40 },
                { "len of 2^63", Data(i => i with { Len = 1ul << 63 }).Bytes, Errno.EINVAL, Aio2Reason.LenRange, 32 },
                { "offset and len", Data(i => i with { Len = 8, Offset = long.MaxValue - 7 }).Bytes, Errno.EINVAL, Aio2Reason.LenRange, 32 },
                { "too many segments", Data(i => i with { Opcode = Aio2Op.Preadv, Len = 1025 }).Bytes, Errno.EINVAL, Aio2Reason.VecCount, 32 },
                { "fd after attributes", Data(i => i).Attribute(0).Bytes, Errno.EINVAL, Aio2Reason.AttrTypeZero, 48 },
                { "fd", Data(i => i).Bytes, Errno.EBADF, Aio2Reason.FdBad, 16 },
            };
        }
    }

    [Theory, MemberData(nameof(Bad)), Requirement("ERR-1", "SUBMIT-1", "SUBMIT-3", "SUBMIT-5")]
    public void A_bad_record_is_refused_with_its_reason_and_place(string what, byte[] record, int errno, uint reason, int field)
    {
        using var aio = Harness.Context();

        Assert.Equal(-errno, aio.Submit(record, out var ext));
        Assert.Equal((what, reason, -errno, 0ul, (ulong)field), (what, ext.Reason, ext.Error, ext.RecordOffset, ext.FieldOffset));

        // Behind a good one: the bytes before it, and the same report further on.
        byte[] run = [.. Record.Nop(1).Bytes, .. record];
        Assert.Equal(48, aio.Submit(run, out ext));
        Assert.Equal((reason, -errno, 48ul, 48ul + (ulong)field), (ext.Reason, ext.Error, ext.RecordOffset, ext.FieldOffset));
        Assert.Equal(1ul, aio.ReapOne().UserData);
        Assert.Equal(0, aio.Poll(new byte[64]));
    }

    /// <summary>An epoll set is a stream that is never ready for a transfer: it would be waited for, for ever.</summary>
    [Fact, Requirement("SUBMIT-4")]
    public void A_file_without_the_operation_is_refused_and_not_waited_for()
    {
        using var aio = Harness.Context();
        var set = Libc.EpollCreate();
        var data = aio.Memory(8);
        foreach (var iocb in new[] { Harness.Read(set, data, 1, -1), Harness.Write(set, data, 1, -1) })
        {
            Assert.Equal(-Errno.EINVAL, aio.Submit(Record.Of(iocb).Bytes, out var ext));
            Assert.Equal(Aio2Reason.FdKind, ext.Reason);
            Assert.Equal((ulong)Iocb2.At.Fd, ext.FieldOffset);
        }

        _ = Libc.Close(set);
    }

    [Fact, Requirement("SUBMIT-4")]
    public void Access_mode_and_streams_are_judged_at_submit()
    {
        using var aio = Harness.Context();
        using var pipe = new Pipe();
        using var file = new ScratchFile(Libc.O_RDONLY);
        var data = aio.Memory(8);
        void Refused(Iocb2 iocb, int errno, uint reason)
        {
            Assert.Equal(-errno, aio.Submit(Record.Of(iocb).Bytes, out var ext));
            Assert.Equal(reason, ext.Reason);
        }

        Refused(Harness.Read(pipe.WriteEnd, data, 1, -1), Errno.EBADF, Aio2Reason.FdMode);
        Refused(Harness.Write(pipe.ReadEnd, data, 1, -1), Errno.EBADF, Aio2Reason.FdMode);
        Refused(Harness.Write(file.Fd, data, 1, 0), Errno.EBADF, Aio2Reason.FdMode);
        Refused(Harness.Read(pipe.ReadEnd, data, 1, 0), Errno.ESPIPE, Aio2Reason.OffsetStream);
        Refused(Harness.Write(pipe.WriteEnd, data, 1, 7), Errno.ESPIPE, Aio2Reason.OffsetStream);
        var path = Libc.Open("/", Libc.O_PATH | Libc.O_CLOEXEC);
        Refused(Harness.Read(path, data, 1, 0), Errno.EBADF, Aio2Reason.FdBad);
        Libc.Close(path);
    }

    [Fact, Requirement("SUBMIT-4", "SUBMIT-2")]
    public void Segments_that_cannot_be_read_or_are_too_long_are_refused_at_submit()
    {
        using var aio = Harness.Context();
        using var file = new ScratchFile();
        var vector = (Aio2Vec*)aio.Memory(64);
        var iocb = Harness.Read(file.Fd, (void*)64, 2, 0) with { Opcode = Aio2Op.Preadv };

        Assert.Equal(-Errno.EFAULT, aio.Submit(Record.Of(iocb).Bytes, out var ext));
        Assert.Equal((Aio2Reason.MemoryFault, 24ul), (ext.Reason, ext.FieldOffset));
        vector[0] = new Aio2Vec { Base = 4096, Len = long.MaxValue };
        vector[1] = new Aio2Vec { Base = 4096, Len = 1 };
        Assert.Equal(-Errno.EINVAL, aio.Submit(Record.Of(iocb with { Addr = (ulong)vector }).Bytes, out ext));
        Assert.Equal(Aio2Reason.VecRange, ext.Reason);
    }

    [Fact, Requirement("ERR-1", "SUBMIT-5")]
    public void Ext_and_run_are_refused_in_order_and_accept_nothing()
    {
        using var aio = Harness.Context();
        var nop = Harness.Nop(1);
        long Submit(void* run, void* ext) => aio.Kernel.Submit(aio.Ctx, run, 48, (Aio2Extack*)ext);
        var report = new Aio2Extack { Size = 31 };

        Assert.Equal(-Errno.EFAULT, Submit((void*)8, &report));
        Assert.Equal(-Errno.EFAULT, Submit(&nop, (void*)8));
        Assert.Equal(-Errno.EINVAL, Submit(&nop, &report));
        report.Size = 4097;
        Assert.Equal(-Errno.E2BIG, Submit(&nop, &report));
        Assert.Equal(0, aio.Poll(new byte[64]));

        var longer = stackalloc byte[64];
        new Span<byte>(longer, 64).Fill(0xee);
        *(uint*)longer = 64;
        Assert.Equal(48, Submit(&nop, longer));
        Assert.Equal(64u, *(uint*)longer);
        Assert.False(new Span<byte>(longer + 4, 28).ContainsAnyExcept((byte)0));
        Assert.False(new Span<byte>(longer + 32, 32).ContainsAnyExcept((byte)0xee));
    }

    [Fact, Requirement("SUBMIT-4")]
    public void No_bytes_are_accepted_as_0_whatever_the_pointer()
    {
        using var aio = Harness.Context();

        Assert.Equal(0, aio.Kernel.Submit(aio.Ctx, (void*)8, 0, null));
    }

    [Fact, Requirement("SUBMIT-2")]
    public void A_run_is_cut_to_the_maximum_at_a_record()
    {
        using var aio = Harness.Context(ringBytes: 1 << 20, nrReqs: 40000);
        var run = new byte[30000 * 48];
        for (var i = 0; i < 30000; i++)
        {
            var nop = Harness.Nop((ulong)i);
            MemoryMarshal.Write(run.AsSpan(i * 48), in nop);
        }

        Assert.Equal(1048576 / 48 * 48, aio.Submit(run, out var ext));
        Assert.Equal(0, ext.Error);
        Assert.Equal(1048576 / 48 * 24ul, aio.Header->Tail);
    }

    [Fact, Requirement("SUBMIT-1")]
    public void With_SUBMIT_ALL_a_bad_record_becomes_an_event_and_the_run_goes_on_until_its_framing_breaks()
    {
        using var aio = Harness.Context(flags: Aio2Setup.SubmitAll | Aio2Setup.UserReap);
        byte[] good =
        [
            .. Record.Nop(1).Bytes,
            .. Record.Of(Harness.Nop(2) with { Len = 1 }).Attribute(Aio2AttrType.Timing).Bytes,
            .. Record.Of(Harness.Read(-1, null, 1, 0, 3)).Bytes,
            .. Record.Nop(4).Bytes,
        ];
        byte[] run = [.. good, 40, 0, 0, 0];

        Assert.Equal(good.Length, aio.Submit(run, out var ext));

        Assert.Equal((Aio2Reason.FieldNotZero, 48ul), (ext.Reason, ext.RecordOffset));
        Assert.Equal([(1ul, 0L, 24u), (2ul, -Errno.EINVAL, 24u), (3ul, -Errno.EBADF, 24u), (4ul, 0L, 24u)],
            aio.Reap(4).Select(e => (e.UserData, e.Res, e.Fixed.Bytes)));
    }

    [Fact, Requirement("SUBMIT-1", "RING-9")]
    public void The_lack_of_a_slot_is_told_with_the_record_that_found_none()
    {
        using var aio = Harness.Context(nrReqs: 2, flags: 0);

        Assert.Equal(96, aio.Submit([.. Record.Nop(1).Bytes, .. Record.Nop(2).Bytes, .. Record.Nop(3).Bytes], out var ext));
        Assert.Equal((Aio2Reason.NoSlot, -Errno.EAGAIN, 96ul), (ext.Reason, ext.Error, ext.RecordOffset));

        // Validity comes before the slot.
        Assert.Equal(-Errno.EINVAL, aio.Submit(Record.Of(Harness.Nop(1) with { Len = 1 }).Bytes, out ext));
    }
}
