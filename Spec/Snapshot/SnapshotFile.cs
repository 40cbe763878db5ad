using System.Buffers;
using System.Text;
using AioV2.Spec.Model;
using MessagePack;

namespace AioV2.Spec.Snapshot;

/// <summary>
/// A whole spec as one MessagePack value: what a designer keeps of a release, to compare with later. It holds everything that the
/// parser reads, places in the file included, so that what is made from it is made from the spec.
/// </summary>
/// <remarks><c>["aio2-spec-snapshot", 1, {…}]</c>: every map has all its keys, in one order.</remarks>
public static class SnapshotFile
{
    /// <summary>First element of the outer array.</summary>
    internal const string Magic = "aio2-spec-snapshot";

    /// <summary>Version of this form; a reader takes its own only.</summary>
    internal const int Version = 1;

    /// <summary>How every snapshot begins: an array of three, then the magic.</summary>
    private static readonly byte[] Start = [0x93, (byte)(0xa0 | Magic.Length), .. Encoding.ASCII.GetBytes(Magic)];

    /// <summary>Whether a file is a snapshot rather than YAML.</summary>
    public static bool IsSnapshot(ReadOnlySpan<byte> bytes) => bytes.StartsWith(Start);

    /// <summary>Writes a spec.</summary>
    public static byte[] Write(SpecDocument spec)
    {
        var output = new ArrayBufferWriter<byte>();
        new SnapshotWriter(output).Write(spec);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Reads a spec back; <paramref name="file"/> is the name that errors give.</summary>
    /// <exception cref="SpecException">It is no snapshot of this version, or a broken one; the message tells the offset in bytes.</exception>
    public static SpecDocument Read(ReadOnlyMemory<byte> bytes, string file)
    {
        var reader = new SnapshotReader(bytes);
        try
        {
            return reader.Read();
        }
        // The package that can stand in for our reader has these for the same cases.
        catch (Exception e) when (e is MessagePackSerializationException or EndOfStreamException or OverflowException or InsufficientExecutionStackException)
        {
            throw new SpecException([new SpecError(file, SpecPosition.Start, $"expected a whole snapshot: {e.Message}")]);
        }
    }
}
