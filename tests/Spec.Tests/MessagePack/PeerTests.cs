using FsCheck;
using FsCheck.Fluent;
using MessagePack;

namespace AioV2.Spec.Tests.MessagePack;

/// <summary>Debian's python3-msgpack reads what is written here, and its own writing is read here, with the same meaning.</summary>
public sealed class PeerTests
{
    /// <summary>The system's Python, for which the package is installed, and not one that a user has put before it.</summary>
    private const string Python = "/usr/bin/python3";

    [Fact]
    public void Both_directions_agree_on_every_form_and_on_random_values()
    {
        // An extension of type -1 is a timestamp, which that library reads as a time: no peer for arbitrary bytes.
        var values = Value.Corners.Concat(Value.Any.Generator.Sample(500, new Rnd(4711, 4713), 40)).Where(v => !v.Told().Contains("x-", StringComparison.Ordinal)).ToList();
        var (ours, theirs) = (Repository.Artifact("messagepack", "ours"), Repository.Artifact("messagepack", "theirs"));
        File.WriteAllBytes(ours, [.. values.SelectMany(v => v.Written())]);

        var told = Command.MustSucceed(Python, Repository.At("tests/Spec.Tests/MessagePack/peer.py"), ours, theirs).TrimEnd().Split('\n');

        var expected = values.Select(v => v.Told()).ToArray();
        Assert.True(values.Count > 400);
        Assert.Equal(expected, told);
        Assert.Equal(expected, ReadAll(File.ReadAllBytes(theirs)));
    }

    /// <summary>Values without floats of 4 bytes, which Python makes ones of 8: both choose the shortest form.</summary>
    [Fact]
    public void Both_write_the_same_bytes()
    {
        var values = Value.Corners.Where(v => v is not (Value.Short or Value.Extension { Type: < 0 })).ToList();
        var (ours, theirs) = (Repository.Artifact("messagepack", "same-ours"), Repository.Artifact("messagepack", "same-theirs"));
        File.WriteAllBytes(ours, [.. values.SelectMany(v => v.Written())]);

        Command.MustSucceed(Python, Repository.At("tests/Spec.Tests/MessagePack/peer.py"), ours, theirs);

        Assert.Equal(File.ReadAllBytes(ours), File.ReadAllBytes(theirs));
    }

    private static List<string> ReadAll(byte[] bytes)
    {
        var told = new List<string>();
        var reader = new MessagePackReader(bytes);
        while (!reader.End)
            told.Add(Value.ReadFrom(ref reader).Told());
        return told;
    }
}
