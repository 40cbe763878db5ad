using AioV2.Abi;

namespace AioV2.Conformance.Model;

/// <summary>Whether a request's final event must come.</summary>
public enum Completion
{
    /// <summary>It must, without anything else happening.</summary>
    Certain,

    /// <summary>It cannot, until the sequence does something.</summary>
    Blocked,

    /// <summary>The ABI, or what the world's layout says, leaves it open.</summary>
    Open,
}

/// <summary>An accepted iocb, and what its events may say.</summary>
public sealed class ModelRequest
{
    public required ulong UserData { get; init; }

    public required OpInfo Op { get; init; }

    public required IReadOnlyList<ExpectedReturn> Returns { get; init; }

    /// <summary>The descriptor, or -1 where the operation has none.</summary>
    public int Fd { get; init; } = -1;

    /// <summary>AIO2_IOCB_*.</summary>
    public ushort Flags { get; init; }

    public Completion Completion { get; set; }

    /// <summary>Smallest natural result.</summary>
    public long ResultMin { get; set; }

    /// <summary>Largest natural result.</summary>
    public long ResultMax { get; set; }

    /// <summary>Errnos (positive) that may be the result instead.</summary>
    public List<int> Errnos { get; } = [];

    /// <summary>Whether any result goes, as where a flipped bit made it another request.</summary>
    public bool AnyResult { get; set; }

    /// <summary>The pipe that it reads, or -1.</summary>
    public int Pipe { get; init; } = -1;

    /// <summary>Whether it reads into the Meta area, as where a flipped bit made a PREAD of a PREADV.</summary>
    public bool WritesMeta { get; init; }

    /// <summary>Bytes that it asks for.</summary>
    public long Length { get; init; }

    /// <summary>Whether the event is the fixed part only, for a refused record of a SUBMIT_ALL context.</summary>
    public bool Refused { get; init; }

    /// <summary>Errnos (positive) with which it may be refused by its event instead, in a SUBMIT_ALL context.</summary>
    public List<int> RefusalErrnos { get; } = [];

    /// <summary>Bytes of the final event.</summary>
    public int EventBytes => IoEvent2.SizeOf + (Refused ? 0 : Returns.Sum(r => r.Bytes));

    /// <summary>Whether a result is allowed.</summary>
    public bool Allows(long result) => AnyResult
        || (result >= ResultMin && result <= ResultMax)
        || (result < 0 && Errnos.Contains((int)Math.Max(-result, int.MinValue + 1)));
}
