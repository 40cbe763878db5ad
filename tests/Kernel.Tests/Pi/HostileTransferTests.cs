using AioV2.Abi;
using AioV2.Attributes.Pi;
using AioV2.Kernel.Linux;
using AioV2.Tests;

namespace AioV2.Kernel.Tests.Pi;

/// <summary>Transfers with PI by callers that mean no good, or count to the end of their numbers (ATTR-8).</summary>
public sealed unsafe class HostileTransferTests
{
    private const int Page = 4096;

    private static readonly PiFormat Plain = new(PiType.Type1, PiGuard.Crc16);

    [Fact, Requirement("ATTR-8")]
    public void Reference_tags_wrap_at_their_width_and_at_that_of_the_seed()
    {
        foreach (var type in Enum.GetValues<PiType>())
        {
            foreach (var guard in Enum.GetValues<PiGuard>())
            {
                var format = new PiFormat(type, guard);
                foreach (var seed in new[] { uint.MaxValue - 1ul, uint.MaxValue + 9ul, (1ul << 48) - 2, 1ul << 48, ulong.MaxValue - 1 })
                {
                    using var pi = new PiFile(format, 4);
                    pi.Fill(1, refTag: seed);
                    Assert.Equal((2048L, 0), Head(pi.Read(0, 4, PiFile.AllChecks, 7, seed)));
                    var tags = Enumerable.Range(0, 4).Select(i => PiTuple.Read(format, pi.Tuples(4)[(i * format.MetadataBytes)..]).RefTag).ToList();
                    Assert.Equal(Enumerable.Range(0, 4).Select(i => (seed + (type == PiType.Type3 ? 0 : (ulong)i)) & format.RefTagMask), tags);
                }
            }
        }
    }

    [Fact, Requirement("ATTR-8", "SUBMIT-2")]
    public void Tuples_that_end_in_the_middle_of_a_long_write_leave_nothing_written()
    {
        // Three pieces of the kernel's; the tuples of the last are not there.
        const int Count = 1500;
        using var pi = new PiFile(Plain, Count);
        pi.Fill(1);
        var before = (File.ReadAllBytes(pi.Path), File.ReadAllBytes(pi.SidecarPath));
        ScratchFile.Pattern(Count * 512, 2).CopyTo(pi.Data(Count));
        pi.Generate(Count, 0, 7);
        var pages = (byte*)Libc.Mmap(null, 3 * Page, Libc.PROT_READ | Libc.PROT_WRITE, Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS, -1, 0);
        pi.Tuples(Count).CopyTo(new Span<byte>(pages, 3 * Page));
        Assert.Equal(0, Libc.Mprotect(pages + (2 * Page), Page, Libc.PROT_NONE));
        var attribute = pi.Attribute(Count, PiFile.AllChecks, 7, 0);
        attribute.Addr = (ulong)pages;

        pi.Aio.Submit(pi.Record(Aio2Op.Pwrite, 0, Count * 512, attribute));

        Assert.Equal((-Errno.EFAULT, -Errno.EFAULT), Head(PiFile.Answer(pi.Aio.ReapOne())));
        Assert.Equal(before.Item1, File.ReadAllBytes(pi.Path));
        Assert.Equal(before.Item2, File.ReadAllBytes(pi.SidecarPath));

        // A read delivers the pieces before it, whole ones, and no tuple of what it does not count.
        pi.Aio.Submit(pi.Record(Aio2Op.Pread, 0, Count * 512, attribute));
        var (res, status, _) = PiFile.Answer(pi.Aio.ReapOne());
        Assert.Equal((1024L * 512, 0), (res, status));
        Assert.Equal(0, Libc.Munmap(pages, 3 * Page));
    }

    [Theory, Requirement("ATTR-8")]
    [InlineData(ulong.MaxValue), InlineData(ulong.MaxValue - 100), InlineData(1ul << 63), InlineData(0ul)]
    public void Tuples_at_no_possible_address_are_a_fault(ulong address)
    {
        using var pi = new PiFile(Plain, 64);
        pi.Fill(1);
        foreach (var opcode in new[] { Aio2Op.Pwrite, Aio2Op.Pread })
        {
            var attribute = pi.Attribute(64, 0, 7, 0);
            attribute.Addr = address;
            attribute.Len = uint.MaxValue;
            pi.Aio.Submit(pi.Record(opcode, 0, 64 * 512, attribute));
            Assert.Equal((-Errno.EFAULT, -Errno.EFAULT), Head(PiFile.Answer(pi.Aio.ReapOne())));
        }

        Assert.Equal(64 * 512, pi.Read(0, 64, PiFile.AllChecks, 7, 0).Res);
    }

    [Fact, Requirement("ATTR-8")]
    public void Nothing_is_transferred_of_no_bytes_and_a_length_beyond_all_files_is_refused()
    {
        using var pi = new PiFile(Plain, 4);
        pi.Fill(1);
        var none = pi.Attribute(0, PiFile.AllChecks, 7, 0);
        none.Addr = 8;
        foreach (var opcode in new[] { Aio2Op.Pwrite, Aio2Op.Pread })
        {
            pi.Aio.Submit(pi.Record(opcode, 512, 0, none));
            Assert.Equal((0L, 0), Head(PiFile.Answer(pi.Aio.ReapOne())));

            var all = pi.Attribute(4, 0, 7, 0);
            all.Len = uint.MaxValue;
            Assert.Equal(-Errno.EINVAL, pi.Aio.Submit(pi.Record(opcode, 0, long.MaxValue - 511, all), out var ext));
            Assert.Equal(Aio2Reason.PiTuples, ext.Reason);
            Assert.Equal(-Errno.EINVAL, pi.Aio.Submit(pi.Record(opcode, 512, long.MaxValue, all), out ext));
            Assert.Equal(Aio2Reason.LenRange, ext.Reason);
        }

        Assert.Equal(0, pi.Read(1L << 53, 1, PiFile.AllChecks, 7, 0).Res);
        Assert.Equal(2048, pi.Read(0, 4, PiFile.AllChecks, 7, 0).Res);
    }

    [Fact, Requirement("ATTR-8")]
    public void As_many_segments_as_there_may_be_and_none_of_them_ends_on_an_interval()
    {
        // 1023 of 509 bytes, and one for the rest.
        const int Count = 1024;
        using var pi = new PiFile(Plain, Count);
        ScratchFile.Pattern(Count * 512, 3).CopyTo(pi.Data(Count));
        pi.Generate(Count, 0, 7);
        var (data, tuples) = (pi.Data(Count).ToArray(), pi.Tuples(Count).ToArray());
        var vectors = (Aio2Vec*)pi.Aio.Memory(sizeof(Aio2Vec) * (int)Aio2.VecMax);
        for (var i = 0; i < Aio2.VecMax; i++)
        {
            vectors[i] = new Aio2Vec { Base = (ulong)(pi.DataAddress + (i * 509)), Len = 509 };
        }

        vectors[Aio2.VecMax - 1].Len = (Count * 512) - ((Aio2.VecMax - 1) * 509);
        foreach (var opcode in new[] { Aio2Op.Pwritev, Aio2Op.Preadv })
        {
            var iocb = new Iocb2 { Opcode = opcode, Fd = pi.Fd, Addr = (ulong)vectors, Len = Aio2.VecMax };
            pi.Aio.Submit(PiFile.Join(iocb, pi.Attribute(Count, PiFile.AllChecks, 7, 0)));
            Assert.Equal((512L * Count, 0), Head(PiFile.Answer(pi.Aio.ReapOne())));
            if (opcode == Aio2Op.Pwritev)
            {
                pi.Data(Count).Clear();
                pi.Tuples(Count).Clear();
            }
        }

        Assert.Equal(data, pi.Data(Count).ToArray());
        Assert.Equal(tuples, pi.Tuples(Count).ToArray());
    }

    private static (long Res, int Status) Head((long Res, int Status, Aio2RetPi) answer) => (answer.Res, answer.Status);
}
