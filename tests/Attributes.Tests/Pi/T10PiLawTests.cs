using AioV2.Abi;
using AioV2.Attributes.Pi;
using AioV2.Attributes.Tests.Checksums;
using AioV2.Tests;
using FsCheck;
using FsCheck.Fluent;

namespace AioV2.Attributes.Tests.Pi;

/// <summary>Laws of protection information over random transfers of all formats.</summary>
[Requirement("ATTR-8")]
public sealed class T10PiLawTests
{
    private const ushort All = Aio2PiFlags.Known;

    private static void ForAll(Func<Transfer, bool> law) =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(LawCases.Of(400)).WithReplay(20261121, 9), Prop.ForAll(Transfer.Any, law));

    [Fact]
    public void What_was_generated_verifies() => ForAll(t =>
        T10Pi.Verify(t.Format, t.Data, t.Metadata(), All, t.Seed, t.AppTag, out Aio2RetPi mismatch)
        && mismatch.Check == Aio2PiCheck.None);

    [Fact]
    public void Every_tuple_holds_the_guard_by_definition_the_app_tag_and_the_ref_tag() => ForAll(t =>
    {
        byte[] metadata = t.Metadata();
        return Enumerable.Range(0, t.Intervals).All(i =>
        {
            ReadOnlySpan<byte> own = metadata.AsSpan(i * t.Format.MetadataBytes, t.Format.MetadataBytes);
            ulong tag = t.Format.Type == PiType.Type3 ? t.Seed : t.Seed + (ulong)i;
            ulong width = t.Format.Guard == PiGuard.Crc64 ? 1ul << 48 : 1ul << 32;
            return PiTuple.Read(t.Format, own) == new PiTuple(GuardOf(t.Format, t.Data, metadata, i), t.AppTag, tag % width);
        });
    });

    [Fact]
    public void Any_changed_byte_of_data_is_found_by_the_guard_of_its_interval() => ForAll(t =>
    {
        byte[] metadata = t.Metadata();
        byte[] data = [.. t.Data];
        int at = t.Pick(data.Length, 11);
        data[at] ^= (byte)(1 + t.Pick(255, 12));

        int interval = at / t.Format.IntervalBytes;
        return Finds(t, data, metadata, All, new Aio2RetPi
        {
            Interval = (ulong)interval,
            Check = Aio2PiCheck.Guard,
            Expected = GuardOf(t.Format, data, metadata, interval),
            Found = GuardOf(t.Format, t.Data, metadata, interval),
        });
    });

    [Fact]
    public void Any_changed_byte_of_metadata_is_found_by_the_check_that_it_belongs_to() => ForAll(t =>
    {
        byte[] metadata = t.Metadata();
        byte[] changed = [.. metadata];
        int at = t.Pick(metadata.Length, 13);
        changed[at] ^= (byte)(1 + t.Pick(255, 14));

        int interval = at / t.Format.MetadataBytes;
        PiTuple was = TupleOf(t.Format, metadata, interval);
        PiTuple now = TupleOf(t.Format, changed, interval);
        int field = (at % t.Format.MetadataBytes) - t.Format.TupleOffset;
        int guardBytes = t.Format.Guard == PiGuard.Crc64 ? 8 : 2;
        if (now.IsEscape(t.Format) || (field >= guardBytes + 2 && t.Format.Type == PiType.Type3))
        {
            return T10Pi.Verify(t.Format, t.Data, changed, All, t.Seed, t.AppTag, out _);
        }

        (uint check, ulong expected, ulong found) =
            field < 0 ? (Aio2PiCheck.Guard, GuardOf(t.Format, t.Data, changed, interval), was.Guard)
            : field < guardBytes ? (Aio2PiCheck.Guard, was.Guard, now.Guard)
            : field < guardBytes + 2 ? (Aio2PiCheck.Apptag, t.AppTag, now.AppTag)
            : (Aio2PiCheck.Reftag, was.RefTag, now.RefTag);
        return Finds(t, t.Data, changed, All, new Aio2RetPi { Interval = (ulong)interval, Check = check, Expected = expected, Found = found })
            && T10Pi.Verify(t.Format, t.Data, changed, Without(check), t.Seed, t.AppTag, out _);
    });

    [Fact]
    public void The_first_of_two_bad_intervals_is_named() => ForAll(t =>
    {
        byte[] metadata = t.Metadata();
        byte[] data = [.. t.Data];
        int first = t.Pick(t.Intervals, 15);
        data[first * t.Format.IntervalBytes] ^= 1;
        data[^1] ^= 1;
        return !T10Pi.Verify(t.Format, data, metadata, All, t.Seed, t.AppTag, out Aio2RetPi mismatch) && mismatch.Interval == (ulong)first;
    });

    [Fact]
    public void Segments_give_the_tuples_of_the_whole() => ForAll(t =>
    {
        byte[] whole = t.Metadata();
        byte[] metadata = [.. whole];
        for (int i = 0; i < t.Intervals; i++)
        {
            new PiTuple(0, 0, 0).Write(t.Format, metadata.AsSpan(i * t.Format.MetadataBytes));
        }

        var generator = new PiGenerator(t.Format, metadata, t.Seed, t.AppTag);
        foreach (ReadOnlyMemory<byte> segment in t.Segments())
        {
            generator.Add(segment.Span);
        }

        return generator.IsAtInterval && generator.Intervals == (ulong)t.Intervals && metadata.AsSpan().SequenceEqual(whole);
    });

    [Fact]
    public void Segments_verify_as_the_whole_does() => ForAll(t =>
    {
        byte[] metadata = t.Metadata();
        metadata[t.Pick(metadata.Length, 16)] ^= (byte)t.Pick(256, 17);
        bool passes = T10Pi.Verify(t.Format, t.Data, metadata, All, t.Seed, t.AppTag, out Aio2RetPi expected);

        var verifier = new PiVerifier(t.Format, metadata, All, t.Seed, t.AppTag);
        bool passed = true;
        foreach (ReadOnlyMemory<byte> segment in t.Segments())
        {
            passed = verifier.Add(segment.Span);
        }

        return passed == passes && Same(verifier.Mismatch, expected)
            && verifier.Intervals == (passes ? (ulong)t.Intervals : expected.Interval);
    });

    [Fact]
    public void Remapped_tuples_verify_from_the_new_seed_and_the_way_back_restores_every_byte() => ForAll(t =>
    {
        byte[] metadata = t.Metadata();
        byte[] original = [.. metadata];
        ulong to = (ulong)t.Pick(int.MaxValue, 18) << t.Pick(30, 19);
        T10Pi.Remap(t.Format, metadata, t.Seed, to);
        bool verifies = T10Pi.Verify(t.Format, t.Data, metadata, All, to, t.AppTag, out _);
        T10Pi.Remap(t.Format, metadata, to, t.Seed);
        return verifies && metadata.AsSpan().SequenceEqual(original);
    });

    [Fact]
    public void A_wrong_ref_tag_stays_wrong_when_remapped() => ForAll(t =>
    {
        byte[] metadata = t.Metadata();
        metadata[^1] ^= (byte)(1 + t.Pick(255, 20));
        T10Pi.Remap(t.Format, metadata, t.Seed, t.Seed + 12345);
        bool passes = T10Pi.Verify(t.Format, t.Data, metadata, All, t.Seed + 12345, t.AppTag, out Aio2RetPi mismatch);
        return t.Format.Type == PiType.Type3 ? passes
            : !passes && mismatch.Check == Aio2PiCheck.Reftag && mismatch.Interval == (ulong)t.Intervals - 1;
    });

    private static bool Finds(Transfer t, byte[] data, byte[] metadata, ushort checks, Aio2RetPi expected) =>
        !T10Pi.Verify(t.Format, data, metadata, checks, t.Seed, t.AppTag, out Aio2RetPi mismatch) && Same(mismatch, expected);

    private static bool Same(Aio2RetPi a, Aio2RetPi b) =>
        (a.Interval, a.Check, a.Reserved, a.Expected, a.Found) == (b.Interval, b.Check, b.Reserved, b.Expected, b.Found);

    private static ushort Without(uint check) => (ushort)(All & ~(check switch
    {
        Aio2PiCheck.Guard => Aio2PiFlags.CheckGuard,
        Aio2PiCheck.Reftag => Aio2PiFlags.CheckReftag,
        _ => Aio2PiFlags.CheckApptag,
    }));

    private static PiTuple TupleOf(PiFormat format, byte[] metadata, int interval) =>
        PiTuple.Read(format, metadata.AsSpan(interval * format.MetadataBytes, format.MetadataBytes));

    // The guard covers the data and then the metadata before the tuple.
    private static ulong GuardOf(PiFormat format, byte[] data, byte[] metadata, int interval)
    {
        byte[] covered =
        [
            .. data.AsSpan(interval * format.IntervalBytes, format.IntervalBytes),
            .. metadata.AsSpan(interval * format.MetadataBytes, format.TupleOffset),
        ];
        return format.Guard switch
        {
            PiGuard.Crc16 => BitwiseReference.T10Dif(0, covered),
            PiGuard.IpChecksum => BitwiseReference.IpChecksum(covered),
            _ => BitwiseReference.Crc64Nvme(0, covered),
        };
    }
}
