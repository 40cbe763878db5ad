using AioV2.Abi;

namespace AioV2.Cli.Soak;

/// <summary>The user's memory of a soak: zones between guard pages, with canaries between what requests may write.</summary>
/// <remarks><code>
///  ~ guard | iocbs of each caller | guard | events of each caller | guard | words of each caller | guard | calls of each caller | guard | vectors | guard |
///    data: cells of 448 bytes and a canary of 64 | guard | read-only page | guard ~
/// </code> The address space is reserved once: whatever is unmapped here, nothing of the process itself comes to lie there.</remarks>
internal sealed unsafe class Arena
{
    public const int CellBytes = 512, CellRoom = 448, Cells = 128, DataBytes = Cells * CellBytes;
    public const int IocbBytes = 16384, EventBytes = 8192, WordBytes = 4096, CallBytes = 4096;

    private const int Page = 4096, Callers = 2;
    private const nuint Reserved = 1 << 20;
    private const byte Canary = 0xc5, Settled = 0x5e;

    private readonly byte* _iocbs, _events, _words, _calls;
    private bool _isSettled;

    public Arena()
    {
        var at = Linux.Map(null, Reserved, Linux.ProtNone, Linux.MapPrivate | Linux.MapAnonymous | Linux.MapNoReserve) + Page;
        byte* Zone(int bytes)
        {
            var zone = at;
            at += bytes + Page;
            return zone;
        }

        _iocbs = Zone((IocbBytes + Page) * Callers);
        _events = Zone((EventBytes + Page) * Callers);
        _words = Zone((WordBytes + Page) * Callers);
        _calls = Zone((CallBytes + Page) * Callers);
        Vectors = (Aio2Vec*)Zone(Page);
        Data = Zone(DataBytes);
        ReadOnly = Zone(Page);
        Hole = at;
        var fd = Linux.Require(Linux.Memfd("aio2-soak-vectors", Linux.MemfdCloexec));
        _ = Linux.Require(Linux.Truncate(fd, Page));
        Linux.Map(Vectors, Page, Linux.ProtRead, Linux.MapShared | Linux.MapFixed, fd);
        VectorsHand = (Aio2Vec*)Linux.Map(null, Page, Linux.ProtRead | Linux.ProtWrite, Linux.MapShared, fd);
        _ = Linux.Close(fd);
    }

    /// <summary>iovec arrays, 256 entries; no request can read into them, since a length that came so would have no bound.</summary>
    public Aio2Vec* Vectors { get; }

    /// <summary>The same, to be written.</summary>
    public Aio2Vec* VectorsHand { get; }

    public byte* Data { get; }

    public byte* DataEnd => Data + DataBytes;

    public byte* ReadOnly { get; }

    /// <summary>Nothing is mapped here.</summary>
    public byte* Hole { get; }

    public byte* Iocbs(int caller) => _iocbs + (caller * (IocbBytes + Page));

    public byte* Events(int caller) => _events + (caller * (EventBytes + Page));

    /// <summary>A caller's ext, wait, cursor and such.</summary>
    public byte* Words(int caller) => _words + (caller * (WordBytes + Page));

    /// <summary>A caller's <c>aio2_syscall</c> blocks and what they name; nobody attacks them.</summary>
    public byte* Calls(int caller) => _calls + (caller * (CallBytes + Page));

    public byte* Cell(int index) => Data + ((uint)index % Cells * CellBytes);

    /// <summary>Fresh pages everywhere.</summary>
    public void Reset()
    {
        for (var i = 0; i < Callers; i++)
        {
            Fresh(Iocbs(i), IocbBytes);
            Fresh(Events(i), EventBytes);
            Fresh(Words(i), WordBytes);
            Fresh(Calls(i), CallBytes);
        }

        Fresh(Data, DataBytes);
        Fresh(ReadOnly, Page);
        _ = Linux.Protect(ReadOnly, Page, Linux.ProtRead);
        for (var i = 0; i < Cells; i++)
        {
            new Span<byte>(Cell(i) + CellRoom, CellBytes - CellRoom).Fill(Canary);
        }

        _isSettled = false;
    }

    /// <summary>What is wrong with the canaries, or null. Pages that were moved away have come back as zeroes.</summary>
    public string? CheckCanaries(bool zeroesAllowed)
    {
        Restore();
        // The last cell has none: what lies before the guard page reaches to its end.
        for (var i = 0; i < Cells - 1; i++)
        {
            var canary = new ReadOnlySpan<byte>(Cell(i) + CellRoom, CellBytes - CellRoom);
            if (canary.ContainsAnyExcept(Canary) && !(zeroesAllowed && !canary.ContainsAnyExcept(Canary, (byte)0)))
            {
                return $"a canary behind cell {i} was overwritten: {Convert.ToHexString(canary)}";
            }
        }

        return new ReadOnlySpan<byte>(ReadOnly, Page).ContainsAnyExcept((byte)0) ? "a read-only page has changed" : null;
    }

    /// <summary>After destroy no buffer is in use (DESTROY-1): whatever is written from now on is a finding.</summary>
    public void Settle()
    {
        Restore();
        new Span<byte>(Data, DataBytes).Fill(Settled);
        _isSettled = true;
    }

    /// <summary>What has been written since <see cref="Settle"/>, or null.</summary>
    public string? CheckSettled() =>
        _isSettled && new ReadOnlySpan<byte>(Data, DataBytes).IndexOfAnyExcept(Settled) is >= 0 and var at
            ? $"data was written at {at} after io_destroy2 had returned" : null;

    private void Restore() => _ = Linux.Protect(Data, DataBytes, Linux.ProtRead | Linux.ProtWrite);

    private static void Fresh(void* at, nuint bytes) =>
        Linux.Map(at, bytes, Linux.ProtRead | Linux.ProtWrite, Linux.MapPrivate | Linux.MapAnonymous | Linux.MapFixed);
}
