using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Attributes.Pi;
using AioV2.Kernel.Linux;
using AioV2.Tests;

namespace AioV2.Kernel.Tests.Pi;

/// <summary>What is refused at submit, and where ext says so (ATTR-8, ATTR-3, SUBMIT-5).</summary>
public sealed unsafe class AdmissionTests
{
    private const int PiAt = Iocb2.SizeOf;

    private static readonly PiFormat Plain = new(PiType.Type1, PiGuard.Crc16);

    [Fact, Requirement("ATTR-8")]
    public void Offset_and_length_are_multiples_of_the_interval_with_and_without_tuples()
    {
        using var pi = new PiFile(new PiFormat(PiType.Type1, PiGuard.Crc16, 4096), 4);
        var attribute = pi.Attribute(4, 0, 0, 0);
        foreach (var opcode in new[] { Aio2Op.Pwrite, Aio2Op.Pread })
        {
            Refused(pi, pi.Record(opcode, 512, 4096, attribute), Aio2Reason.PiUnaligned, Iocb2.At.Offset);
            Refused(pi, pi.Record(opcode, -1, 4096, attribute), Aio2Reason.PiUnaligned, Iocb2.At.Offset);
            Refused(pi, pi.Record(opcode, 0, 4095, attribute), Aio2Reason.PiUnaligned, Iocb2.At.Len);
        }

        var plain = Harness.Write(pi.Fd, pi.DataAddress, 100, 0);
        Refused(pi, MemoryMarshal.AsBytes(new ReadOnlySpan<Iocb2>(in plain)).ToArray(), Aio2Reason.PiUnaligned, Iocb2.At.Len);

        // A read without tuples is an ordinary one.
        pi.Aio.Submit(Harness.Read(pi.Fd, pi.DataAddress, 100, 3));
        Assert.Equal(100, pi.Aio.ReapOne().Res);
    }

    [Fact, Requirement("ATTR-8")]
    public void Scattered_lengths_count_together()
    {
        using var pi = new PiFile(Plain, 4);
        var vectors = (Aio2Vec*)pi.Aio.Memory(2 * sizeof(Aio2Vec));
        vectors[0] = new Aio2Vec { Base = (ulong)pi.DataAddress, Len = 500 };
        vectors[1] = new Aio2Vec { Base = (ulong)pi.DataAddress, Len = 13 };
        var iocb = new Iocb2 { Opcode = Aio2Op.Preadv, Fd = pi.Fd, Addr = (ulong)vectors, Len = 2 };

        Refused(pi, PiFile.Join(iocb, pi.Attribute(1, 0, 0, 0)), Aio2Reason.PiUnaligned, Iocb2.At.Len);
        vectors[1].Len = 12;
        pi.Aio.Submit(PiFile.Join(iocb, pi.Attribute(1, Aio2PiFlags.CheckGuard, 0, 0)));
        Assert.Equal(512, pi.Aio.ReapOne().Res);
    }

    [Fact, Requirement("ATTR-8")]
    public void Tuples_must_be_enough_for_the_transfer()
    {
        using var pi = new PiFile(Plain, 4);
        var attribute = pi.Attribute(2, 0, 0, 0);
        attribute.Len = 15;
        Refused(pi, pi.Record(Aio2Op.Pread, 0, 1024, attribute), Aio2Reason.PiTuples, PiAt);
        attribute.Len = 16;
        pi.Aio.Submit(pi.Record(Aio2Op.Pread, 0, 1024, attribute));
        Assert.Equal(1024, pi.Aio.ReapOne().Res);
    }

    [Fact, Requirement("ATTR-8")]
    public void Unknown_checks_and_a_reserved_field_are_refused()
    {
        using var pi = new PiFile(Plain, 4);
        var attribute = pi.Attribute(4, Aio2PiFlags.Known + 1, 0, 0);
        Refused(pi, pi.Record(Aio2Op.Pread, 0, 512, attribute), Aio2Reason.PayloadValue, PiAt);
        attribute = pi.Attribute(4, 0, 0, 0);
        attribute.Reserved = 1;
        Refused(pi, pi.Record(Aio2Op.Pread, 0, 512, attribute), Aio2Reason.PayloadValue, PiAt);
    }

    [Fact, Requirement("ATTR-8"), Requirement("ATTR-3")]
    public void On_an_ordinary_file_a_required_PI_is_refused_and_another_only_reported()
    {
        using var pi = new PiFile(Plain, 4);
        using var file = new ScratchFile();
        var iocb = new Iocb2 { Opcode = Aio2Op.Pwrite, Fd = file.Fd, Addr = (ulong)pi.DataAddress, Len = 100, Offset = 3 };
        var attribute = pi.Attribute(1, 0, 0, 0);
        Refused(pi, PiFile.Join(iocb, attribute, Aio2AttrFlags.Required), Aio2Reason.PiFormat, PiAt);

        pi.Aio.Submit(PiFile.Join(iocb, attribute));
        var (res, status, _) = PiFile.Answer(pi.Aio.ReapOne());
        Assert.Equal((100, -Errno.EOPNOTSUPP), (res, status));

        using var pipe = new Pipe();
        iocb.Fd = pipe.WriteEnd;
        iocb.Offset = -1;
        Refused(pi, PiFile.Join(iocb, attribute, Aio2AttrFlags.Required), Aio2Reason.PiFormat, PiAt);
    }

    [Fact, Requirement("ATTR-8")]
    public void A_mark_of_an_unknown_format_stops_every_write_and_PI()
    {
        using var pi = new PiFile(Plain, 4);
        foreach (var mark in new[] { "aio2-pi 2 id=00000000000000000000000000000000", "", new string('x', 2000) })
        {
            Assert.Equal(0, Libc.SetXattr(pi.Fd, "user.aio2.pi\0"u8, System.Text.Encoding.ASCII.GetBytes(mark)));
            var plain = Harness.Write(pi.Fd, pi.DataAddress, 512, 0);
            Refused(pi, MemoryMarshal.AsBytes(new ReadOnlySpan<Iocb2>(in plain)).ToArray(), Aio2Reason.PiFormat, Iocb2.At.Fd);
            Refused(pi, pi.Record(Aio2Op.Pread, 0, 512, pi.Attribute(1, 0, 0, 0)), Aio2Reason.PiFormat, PiAt);
        }
    }

    [Fact, Requirement("ATTR-8"), Requirement("PROBE-1"), Requirement("SETUP-4")]
    public void It_is_offered_as_a_feature()
    {
        using var aio = Harness.Context();
        Assert.NotEqual(0ul, aio.Params.Features & Aio2Feat.Pi);
    }

    private static void Refused(PiFile pi, byte[] record, uint reason, int fieldOffset)
    {
        Assert.Equal(-Errno.EINVAL, pi.Aio.Submit(record, out var ext));
        Assert.Equal((-Errno.EINVAL, reason, 0ul, (ulong)fieldOffset), (ext.Error, ext.Reason, ext.RecordOffset, ext.FieldOffset));
    }
}
