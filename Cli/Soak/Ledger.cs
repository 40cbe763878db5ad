using AioV2.Abi;
using AioV2.Abi.Codecs;

namespace AioV2.Cli.Soak;

/// <summary>Who was accepted and who has come back, by user_data: each request exactly one final event (RING-6).</summary>
internal sealed class Ledger
{
    private const int Free = 0, Offered = 1, Ended = 2;

    private readonly int[] _states = new int[1 << 17];
    private readonly ulong[] _expected = new ulong[1 << 17];
    private readonly bool[] _isTimed = new bool[1 << 17];
    private readonly (uint Nr, int Fd)[] _calls = new (uint, int)[1 << 17];
    private int _next;
    private long _accepted;
    private long _ended;
    private long _expired;

    /// <summary>Requests accepted.</summary>
    public long Accepted => Volatile.Read(ref _accepted);

    /// <summary>Final events.</summary>
    public long EventsSeen => Volatile.Read(ref _ended);

    /// <summary>Final events that say <c>-ETIME</c>.</summary>
    public long Expired => Volatile.Read(ref _expired);

    public bool HasRoom => Volatile.Read(ref _next) < _states.Length - 1024;

    public void Reset()
    {
        Array.Clear(_states, 0, Math.Min(_next + 1, _states.Length));
        _next = 0;
        _accepted = _ended = _expired = 0;
    }

    /// <summary>A number for the next request. 0 is none.</summary>
    public int Offer()
    {
        var index = Interlocked.Increment(ref _next);
        _expected[index] = 0;
        _isTimed[index] = false;
        Volatile.Write(ref _states[index], Offered);
        return index;
    }

    /// <summary>This request reads <paramref name="content"/> (1…255) only, into this cell.</summary>
    public void Expect(int index, int cell, byte content) => _expected[index] = ((ulong)(uint)cell << 8) | content;

    /// <summary>This request has a DEADLINE.</summary>
    public void Time(int index) => _isTimed[index] = true;

    /// <summary>This request is a SYSCALL: its number, and its first argument.</summary>
    public void Call(int index, uint nr, int fd) => _calls[index] = (nr, fd);

    /// <summary>The call of a request, to be read.</summary>
    public string CallOf(int index) => (uint)index >= (uint)_calls.Length ? "?" : $"{_calls[index].Nr} of {SoakFiles.NameOf(_calls[index].Fd)}";

    /// <summary>What a submit made of those offered: the first ones accepted, the rest not. A finding, or null.</summary>
    public string? Settle(ReadOnlySpan<int> offered, int accepted)
    {
        _ = Interlocked.Add(ref _accepted, accepted);
        foreach (var index in offered[accepted..])
        {
            if (Interlocked.Exchange(ref _states[index], Free) == Ended)
            {
                return $"request {index} was not accepted and yet gave an event";
            }
        }

        return null;
    }

    /// <summary>Books a run of events: a finding, or null.</summary>
    public string? Book(ReadOnlySpan<byte> run, Arena arena)
    {
        var events = new EventRun(run);
        while (events.MoveNext())
        {
            var e = events.Current;
            if ((e.Flags & (Aio2EventFlags.More | Aio2EventFlags.Level)) != 0)
            {
                // An edge before the final event, or a reading of a source.
                continue;
            }

            if (e.UserData == 0 || e.UserData >= (ulong)_states.Length)
            {
                return $"an event with user_data 0x{e.UserData:x}, which nobody submitted";
            }

            var was = Interlocked.CompareExchange(ref _states[(int)e.UserData], Ended, Offered);
            if (was != Offered)
            {
                return $"request {e.UserData} {(was == Ended ? "gave two final events" : "was never offered")}, result {e.Res}";
            }

            _ = Interlocked.Increment(ref _ended);
            if (e.Res == -Errno.ETIME)
            {
                _ = Interlocked.Increment(ref _expired);
                if (!_isTimed[(int)e.UserData])
                {
                    return $"request {e.UserData} ended with -ETIME and had no deadline";
                }
            }

            if (CheckContent((int)e.UserData, e.Res, arena) is { } wrong)
            {
                return wrong;
            }
        }

        return events.Error.IsError ? $"the events are badly framed at {events.Offset} of {run.Length}" : null;
    }

    /// <summary>The first that was accepted and has not come back; 0: none.</summary>
    public int FirstMissing() => Missing().FirstOrDefault();

    /// <summary>All of them, as far as each submit is settled.</summary>
    public IEnumerable<int> Missing() => Enumerable.Range(1, Math.Min(_next, _states.Length - 1)).Where(i => Volatile.Read(ref _states[i]) == Offered);

    private unsafe string? CheckContent(int index, long res, Arena arena)
    {
        var expected = _expected[index];
        if (expected == 0 || res <= 0)
        {
            return null;
        }

        var data = new ReadOnlySpan<byte>(arena.Cell((int)(expected >> 8)), (int)Math.Min(res, Arena.CellRoom));
        var wrong = data.IndexOfAnyExcept((byte)expected);
        return wrong < 0 ? null : $"request {index} read 0x{data[wrong]:x} where its file has 0x{(byte)expected:x}: another file's content";
    }
}
