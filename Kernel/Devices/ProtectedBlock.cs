using System.Runtime.InteropServices;
using AioV2.Attributes.Pi;

namespace AioV2.Kernel.Devices;

/// <summary>Kernel memory for a run of intervals on their way: data, metadata, and the records as the sidecar has them.</summary>
/// <remarks>All that is verified and written lies here, so that nobody can change it in between.</remarks>
internal unsafe struct ProtectedBlock
{
    private const int DataBytesMax = 256 * 1024;
    private const int RecordsBytesMax = 256 * 1024;
    private const int Alignment = 4096;

    /// <summary>Intervals that it takes.</summary>
    public int Capacity;

    /// <summary>Data, aligned as O_DIRECT wants it.</summary>
    public byte* Data;

    /// <summary>Metadata of the intervals, one behind the other.</summary>
    public byte* Metadata;

    /// <summary>Records of the intervals.</summary>
    public byte* Records;

    /// <summary>Room for so many intervals, or for the most that go at once.</summary>
    public ProtectedBlock(PiFormat format, ulong intervals)
    {
        var recordBytes = Sidecar.RecordBytesOf(format);
        Capacity = (int)Math.Min(intervals, (ulong)Math.Min(DataBytesMax / format.IntervalBytes, RecordsBytesMax / recordBytes));
        var dataBytes = (nuint)(Capacity * format.IntervalBytes);
        var metadataBytes = (nuint)(Capacity * format.MetadataBytes);
        Data = (byte*)NativeMemory.AlignedAlloc(dataBytes + metadataBytes + (nuint)(Capacity * recordBytes), Alignment);
        Metadata = Data + dataBytes;
        Records = Metadata + metadataBytes;
    }

    /// <summary>Data of the first intervals.</summary>
    public readonly Span<byte> DataOf(PiFormat format, int count) => new(Data, count * format.IntervalBytes);

    /// <summary>Metadata of the first intervals.</summary>
    public readonly Span<byte> MetadataOf(PiFormat format, int count) => new(Metadata, count * format.MetadataBytes);

    public readonly void Free() => NativeMemory.AlignedFree(Data);
}
