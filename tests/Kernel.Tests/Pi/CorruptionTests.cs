using AioV2.Abi;
using AioV2.Attributes.Pi;
using AioV2.Kernel.Devices;
using AioV2.Tests;
using FsCheck;
using FsCheck.Fluent;

namespace AioV2.Kernel.Tests.Pi;

/// <summary>Any single byte of the pair, changed on disk: the read fails and names the interval, the check, expected and
/// found (ATTR-8).</summary>
public sealed unsafe class CorruptionTests
{
    private const int SealBytes = 8;
    private const ushort AppTag = 0x00ff;
    private const ulong Seed = 100;

    [Fact, Requirement("ATTR-8")]
    public void Every_byte_of_a_small_pair_is_guarded_in_every_format()
    {
        foreach (var format in PiFile.Formats)
        {
            using var pi = Filled(format, 2);
            var step = format.IntervalBytes == 512 ? 1 : 37;
            for (var at = 0; at < 2 * format.IntervalBytes; at += step)
            {
                DataByteFails(pi, at, (byte)(1 << (at % 8)));
            }

            for (var at = 0; at < 2 * (format.MetadataBytes + SealBytes); at++)
            {
                // 0xff turns the application tag into an escape, which no check of a tuple can find.
                RecordByteFails(pi, at, 0xff);
                RecordByteFails(pi, at, 0x10);
            }
        }
    }

    [Fact, Requirement("ATTR-8")]
    public void Every_byte_of_the_header_is_guarded()
    {
        using var pi = Filled(new PiFormat(PiType.Type1, PiGuard.Crc16), 2);
        for (var at = 0; at < 4096; at++)
        {
            PiFile.Flip(pi.SidecarPath, at, (byte)(1 << (at % 8)));
            var (res, status, answer) = pi.Read(0, 1, 0, AppTag, Seed);
            Assert.True(res == -Errno.EUCLEAN && status == res && answer.Check == 0, $"byte {at}: {res}");
            PiFile.Flip(pi.SidecarPath, at, (byte)(1 << (at % 8)));
        }

        Assert.Equal(1024, pi.Read(0, 2, PiFile.AllChecks, AppTag, Seed).Res);
    }

    [Fact, Requirement("ATTR-8")]
    public void Any_byte_of_a_larger_pair_changed_in_any_way_is_found_where_it_is()
    {
        using var crc16 = Filled(new PiFormat(PiType.Type1, PiGuard.Crc16), 700);
        using var ip = Filled(new PiFormat(PiType.Type2, PiGuard.IpChecksum, 4096, 32), 90);
        using var crc64 = Filled(new PiFormat(PiType.Type3, PiGuard.Crc64, 4096), 90);
        PiFile[] files = [crc16, ip, crc64];
        var cases = from file in Gen.Choose(0, 2)
                    from inSidecar in Gen.Elements(false, true)
                    from place in Gen.Choose(0, int.MaxValue)
                    from bits in Gen.Choose(1, 255)
                    select (file, inSidecar, place, bits);
        Prop.ForAll(Arb.From(cases), c =>
        {
            var pi = files[c.file];
            var bytes = pi.Intervals * (c.inSidecar ? pi.Format.MetadataBytes + SealBytes : pi.Format.IntervalBytes);
            if (c.inSidecar)
            {
                RecordByteFails(pi, c.place % bytes, (byte)c.bits);
            }
            else
            {
                DataByteFails(pi, c.place % bytes, (byte)c.bits);
            }

            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(400).WithReplay(1, 1));
    }

    private static PiFile Filled(PiFormat format, int intervals)
    {
        var pi = new PiFile(format, intervals);
        pi.Fill(seed: 11, AppTag, Seed);
        return pi;
    }

    private static void DataByteFails(PiFile pi, int at, byte bits)
    {
        PiFile.Flip(pi.Path, at, bits);
        var (res, status, answer) = pi.Read(0, pi.Intervals, PiFile.AllChecks, AppTag, Seed);
        PiFile.Flip(pi.Path, at, bits);

        var (data, metadata) = Stored(pi, at / pi.Format.IntervalBytes);
        var stored = PiTuple.Read(pi.Format, metadata).Guard;
        data[at % pi.Format.IntervalBytes] ^= bits;
        T10Pi.Generate(pi.Format, data, metadata, 0, 0);
        var expected = PiTuple.Read(pi.Format, metadata).Guard;
        Assert.True((res, status) == (-Errno.EILSEQ, -Errno.EILSEQ), $"data byte {at} of {pi.Format}: {res}");
        Assert.Equal(
            new Aio2RetPi { Interval = (ulong)(at / pi.Format.IntervalBytes), Check = Aio2PiCheck.Guard, Expected = expected, Found = stored }, answer);
    }

    private static void RecordByteFails(PiFile pi, int at, byte bits)
    {
        var format = pi.Format;
        var recordBytes = format.MetadataBytes + SealBytes;
        var interval = at / recordBytes;
        PiFile.Flip(pi.SidecarPath, 4096 + at, bits);
        var (res, status, answer) = pi.Read(0, pi.Intervals, PiFile.AllChecks, AppTag, Seed);
        Assert.True((res, status) == (-Errno.EILSEQ, -Errno.EILSEQ), $"record byte {at} of {format}: {res}");
        using (var device = ProtectedDevice.Open(pi.Path))
        {
            var found = new List<BadInterval>();
            Assert.Equal(1ul, device.Scrub(found.Add));
            Assert.Equal((ulong)interval, found[0].Interval);
        }

        var (data, metadata) = Stored(pi, interval);
        PiFile.Flip(pi.SidecarPath, 4096 + at, bits);
        var tuple = PiTuple.Read(format, metadata);
        var (check, expected) = CheckOf(format, interval, at % recordBytes, tuple, data, metadata);
        Assert.Equal(((ulong)interval, check), (answer.Interval, answer.Check));
        if (check != Aio2PiCheck.Seal)
        {
            Assert.Equal(expected, answer.Expected);
            var addressToSeed = format.Type == PiType.Type1 ? Seed : 0;
            Assert.Equal(check switch
            {
                Aio2PiCheck.Guard => tuple.Guard,
                Aio2PiCheck.Reftag => (tuple.RefTag + addressToSeed) & format.RefTagMask,
                _ => tuple.AppTag,
            }, answer.Found);
        }
        else
        {
            Assert.NotEqual(answer.Expected, answer.Found);
        }
    }

    // Which check a changed byte of a record must fail, by the tuple as it then stands.
    private static (uint Check, ulong Expected) CheckOf(PiFormat format, int interval, int at, PiTuple tuple, byte[] data, byte[] metadata)
    {
        var good = metadata.ToArray();
        T10Pi.Generate(format, data, good, 0, 0);
        var guard = PiTuple.Read(format, good).Guard;
        var guardBytes = format.Guard == PiGuard.Crc64 ? 8 : 2;
        var inTuple = at - format.TupleOffset;
        return at >= format.MetadataBytes ? (Aio2PiCheck.Seal, 0)
            : tuple.IsEscape(format) ? (Aio2PiCheck.Seal, 0)
            : inTuple < guardBytes ? (Aio2PiCheck.Guard, guard)
            : inTuple < guardBytes + 2 ? (Aio2PiCheck.Apptag, AppTag)
            : format.Type == PiType.Type3 ? (Aio2PiCheck.Seal, 0)
            : (Aio2PiCheck.Reftag, Seed + (ulong)interval);
    }

    private static (byte[] Data, byte[] Metadata) Stored(PiFile pi, int interval) =>
        (Slice(pi.Path, (long)interval * pi.Format.IntervalBytes, pi.Format.IntervalBytes),
        Slice(pi.SidecarPath, 4096 + ((long)interval * (pi.Format.MetadataBytes + SealBytes)), pi.Format.MetadataBytes));

    private static byte[] Slice(string path, long at, int bytes)
    {
        using var stream = File.OpenRead(path);
        stream.Position = at;
        var slice = new byte[bytes];
        stream.ReadExactly(slice);
        return slice;
    }
}
