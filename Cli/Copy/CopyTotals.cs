using AioV2.Abi;
using AioV2.UserLib;
using AioV2.UserLib.Returns;

namespace AioV2.Cli.Copy;

/// <summary>What a copy counts while it runs. One thread writes; <see cref="BytesWritten"/> may be read by others.</summary>
public sealed class CopyTotals
{
    private long _bytesWritten;

    /// <summary>Bytes written to the target.</summary>
    public long BytesWritten => Volatile.Read(ref _bytesWritten);

    /// <summary>Bytes of holes that were kept.</summary>
    public long HoleBytes { get; set; }

    /// <summary>Regular files copied.</summary>
    public long Files { get; set; }

    /// <summary>Directories made.</summary>
    public long Directories { get; set; }

    /// <summary>Symbolic links made.</summary>
    public long Links { get; set; }

    /// <summary>Requests accepted.</summary>
    public long Submitted { get; set; }

    /// <summary>Final events reaped.</summary>
    public long Events { get; private set; }

    /// <summary>Blocks whose checksum as written equals that as read.</summary>
    public long BlocksVerified { get; set; }

    /// <summary>Reads served from the page cache as a whole.</summary>
    public long CacheHits { get; private set; }

    /// <summary>Reads that said what the page cache held.</summary>
    public long CacheAnswers { get; private set; }

    /// <summary>From submission to completion of reads.</summary>
    public LatencyHistogram ReadLatency { get; } = new();

    /// <summary>The same of writes.</summary>
    public LatencyHistogram WriteLatency { get; } = new();

    /// <summary>The same of syncs.</summary>
    public LatencyHistogram SyncLatency { get; } = new();

    /// <summary>Adds to <see cref="BytesWritten"/>.</summary>
    public void Wrote(long bytes) => Volatile.Write(ref _bytesWritten, _bytesWritten + bytes);

    /// <summary>Counts an event and reads its returns.</summary>
    public void Count(in Completion completion, ushort opcode)
    {
        Events++;
        if (completion.TryGet<TimingReturn>(out var timing))
        {
            (opcode switch { Aio2Op.Pread => ReadLatency, Aio2Op.Pwrite => WriteLatency, _ => SyncLatency }).Record(timing.LatencyNanoseconds);
        }

        if (completion.TryGet<CacheReturn>(out var cache))
        {
            CacheAnswers++;
            CacheHits += cache.IsHit ? 1 : 0;
        }
    }
}
