using System.Collections;
using System.Text;
using AioV2.Spec.Generate;
using AioV2.Spec.Model;
using AioV2.Spec.Parse;
using AioV2.Spec.Snapshot;
using AioV2.Tests;
using FsCheck;
using FsCheck.Fluent;

namespace AioV2.Spec.Tests.Snapshot;

/// <summary>A snapshot holds the whole spec, and nothing but a whole one is read.</summary>
public sealed class SnapshotTests
{
    private static readonly byte[] Whole = SnapshotFile.Write(Repository.Spec);

    [Fact, Requirement("ABI-3")]
    public void Everything_that_the_parser_read_comes_back_with_its_place()
    {
        var back = SnapshotFile.Read(Whole, "v2.snapshot");

        var compared = 0;
        Same("", Repository.Spec, back, ref compared);
        Assert.True(compared > 5000, $"only {compared} values were compared");
        Assert.Equal(Whole, SnapshotFile.Write(back));
    }

    [Fact, Requirement("ABI-3")]
    public void What_is_generated_from_a_snapshot_is_what_is_generated_from_the_spec()
    {
        var (spec, back) = (Repository.Spec, SnapshotFile.Read(Whole, "v2.snapshot"));

        Assert.Equal(SpecGenerators.Header(spec), SpecGenerators.Header(back));
        Assert.Equal(SpecGenerators.CallsHeader(spec), SpecGenerators.CallsHeader(back));
        Assert.Equal(SpecGenerators.Tables(spec), SpecGenerators.Tables(back));
        Assert.Equal(SpecGenerators.CSharp(spec), SpecGenerators.CSharp(back));
    }

    [Fact]
    public void A_spec_with_holes_is_kept_as_it_is()
    {
        var yaml = Encoding.UTF8.GetString(Repository.SpecBytes).Replace("{name: opcode, type: u16,", "{name: opcode, type: u64,", StringComparison.Ordinal);
        var holed = SpecParser.ParseUnchecked(Encoding.UTF8.GetBytes(yaml), "holed.yaml");

        var compared = 0;
        Same("", holed, SnapshotFile.Read(SnapshotFile.Write(holed), "holed"), ref compared);
    }

    [Fact]
    public void Python_reads_it_too()
    {
        var path = Repository.Artifact("snapshot", "v2.snapshot");
        File.WriteAllBytes(path, Whole);

        var told = Command.MustSucceed("/usr/bin/python3", "-c",
            "import msgpack,sys; magic, version, spec = msgpack.load(open(sys.argv[1], 'rb')); print(magic, version, spec['hash'], len(spec['structs']), spec['structs'][0]['fields'][1]['type'])", path);

        Assert.Equal($"aio2-spec-snapshot 1 {Repository.Spec.Hash} {Repository.Spec.Structs.Count} u16\n", told);
    }

    [Fact]
    public void A_file_is_known_by_how_it_begins()
    {
        Assert.True(SnapshotFile.IsSnapshot(Whole));
        Assert.False(SnapshotFile.IsSnapshot(Repository.SpecBytes));
        Assert.False(SnapshotFile.IsSnapshot(Whole.AsSpan(0, 10)));
    }

    [Fact]
    public void A_snapshot_cut_anywhere_is_refused_with_an_offset()
    {
        for (var length = 0; length < Whole.Length; length += 997)
            Assert.InRange(Offset(Whole[..length]), 0, length);
        Assert.Equal(Whole.Length, Offset([.. Whole, 0xc0]));
    }

    /// <summary>A spoilt byte is refused with an offset, or it spoilt a value and no more: then it is in what is written anew.</summary>
    [Fact]
    public void A_spoilt_byte_is_refused_or_kept() =>
        Prop.ForAll(Gen.Choose(0, Whole.Length - 1).ToArbitrary(), Gen.Choose(0, 255).ToArbitrary(), (at, with) =>
        {
            var spoilt = (byte[])Whole.Clone();
            spoilt[at] = (byte)with;
            if (Offset(spoilt) is var offset and >= 0)
                Assert.InRange(offset, 0, spoilt.Length);
            else
                Assert.Equal(SnapshotFile.Write(SnapshotFile.Read(spoilt, "x")), SnapshotFile.Write(SnapshotFile.Read(SnapshotFile.Write(SnapshotFile.Read(spoilt, "x")), "y")));
        }).Check(Config.QuickThrowOnFailure.WithReplay(11, 13).WithMaxTest(150));

    [Fact]
    public void Another_version_is_refused()
    {
        var other = (byte[])Whole.Clone();
        other["\x93\xb2".Length + "aio2-spec-snapshot".Length] = 2;

        var refused = Assert.Throws<SpecException>(() => SnapshotFile.Read(other, "v2.snapshot"));
        Assert.Contains("v2.snapshot:1:1: error: expected a whole snapshot: expected version 1", refused.Message);
    }

    /// <summary>Where it is refused, or -1.</summary>
    private static int Offset(byte[] bytes)
    {
        try
        {
            SnapshotFile.Read(bytes, "x");
            return -1;
        }
        catch (SpecException e)
        {
            var text = e.Message[(e.Message.LastIndexOf("at offset ", StringComparison.Ordinal) + "at offset ".Length)..];
            return int.Parse(string.Concat(text.TakeWhile(char.IsAsciiDigit)));
        }
    }

    /// <summary>Compares every public property, all the way down.</summary>
    private static void Same(string path, object? expected, object? found, ref int compared)
    {
        if (expected is null || found is null || expected is string || expected.GetType().IsPrimitive || expected.GetType().IsEnum)
        {
            Assert.True(Equals(expected, found), $"{path}: expected '{expected}', found '{found}'");
            compared++;
            return;
        }
        if (expected is IDictionary map)
        {
            Assert.Equal(map.Count, ((IDictionary)found).Count);
            foreach (DictionaryEntry entry in map)
                Same($"{path}.{entry.Key}", entry.Value, ((IDictionary)found)[entry.Key], ref compared);
            return;
        }
        if (expected is IEnumerable items)
        {
            object?[] left = [.. items.Cast<object?>()], right = [.. ((IEnumerable)found).Cast<object?>()];
            Assert.True(left.Length == right.Length, $"{path}: expected {left.Length} items, found {right.Length}");
            for (var i = 0; i < left.Length; i++)
                Same($"{path}[{i}]", left[i], right[i], ref compared);
            return;
        }
        Assert.Equal(expected.GetType(), found.GetType());
        foreach (var property in expected.GetType().GetProperties().Where(p => p.GetIndexParameters().Length == 0 && !p.GetMethod!.IsStatic))
            Same($"{path}.{property.Name}", property.GetValue(expected), property.GetValue(found), ref compared);
    }
}
