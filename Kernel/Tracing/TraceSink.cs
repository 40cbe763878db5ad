using AioV2.Abi.Trace;

namespace AioV2.Kernel.Tracing;

/// <summary>Where drained entries go: the file, as long as it may grow.</summary>
internal sealed class TraceSink(TraceFileWriter file, long limitBytes)
{
    /// <summary>Entries that came after the file had reached its limit.</summary>
    public ulong Lost { get; private set; }

    /// <summary>One entry, as <see cref="TraceFileWriter.Write(int, ReadOnlySpan{ulong}, ReadOnlySpan{byte})"/> takes it.</summary>
    public void Write(int kind, ReadOnlySpan<ulong> numbers, ReadOnlySpan<byte> blobs)
    {
        if (file.Bytes >= limitBytes)
        {
            Lost++;
            return;
        }

        file.Write(kind, numbers, blobs);
    }
}
