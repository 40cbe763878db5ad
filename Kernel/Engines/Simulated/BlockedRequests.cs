using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Kernel.Linux;
using AioV2.Kernel.Requests;

namespace AioV2.Kernel.Engines.Simulated;

/// <summary>The requests that wait for a stream, by what they wait for: those of one held file and direction are one place
/// in a poll, however many they are.</summary>
/// <remarks>Not safe for threads: the engine's lock is held. A place is gone with its last request, and so before its file.</remarks>
internal sealed unsafe class BlockedRequests
{
    private readonly Dictionary<(nint File, short Events), RequestLine> _places = [];
    private readonly List<(nint File, short Events)> _ready = [];
    private Pollfd[] _sources = new Pollfd[16];

    /// <summary>A request waits from now on; it is the line's until it is taken or removed.</summary>
    public void Add(Request* r) => CollectionsMarshal.GetValueRefOrAddDefault(_places, PlaceOf(r), out _).Append(r);

    /// <summary>A request that waits does so no more.</summary>
    public void Remove(Request* r)
    {
        var place = PlaceOf(r);
        ref var line = ref CollectionsMarshal.GetValueRefOrNullRef(_places, place);
        line.Remove(r);
        if (line.First == null)
        {
            _ = _places.Remove(place);
        }
    }

    /// <summary>Takes those whose stream is ready now: they are appended to a line of the caller's.</summary>
    public void TakeReady(ref RequestLine woken)
    {
        var count = Collect(ref _sources, 0);
        fixed (Pollfd* p = _sources)
        {
            if (count == 0 || Libc.Poll(p, (nuint)count, 0) <= 0)
            {
                return;
            }
        }

        var at = 0;
        foreach (var place in _places.Keys)
        {
            if (_sources[at++].Returned != 0)
            {
                _ready.Add(place);
            }
        }

        foreach (var place in _ready)
        {
            _ = _places.Remove(place, out var line);
            while (line.First != null)
            {
                var r = line.First;
                line.Remove(r);
                woken.Append(r);
            }
        }

        _ready.Clear();
    }

    /// <summary>What to poll for any of them, from <paramref name="first"/> on into an array that grows with need: where it ends.</summary>
    public int Collect(ref Pollfd[] sources, int first)
    {
        var end = first + _places.Count;
        if (sources.Length < end)
        {
            Array.Resize(ref sources, Math.Max(sources.Length * 2, end));
        }

        foreach (var (file, events) in _places.Keys)
        {
            sources[first++] = new Pollfd { Fd = ((HeldFile*)file)->Fd, Events = events };
        }

        return end;
    }

    /// <summary>What a request on a stream waits for.</summary>
    public static short EventsOf(Request* r) => r->Opcode is Aio2Op.Pread or Aio2Op.Preadv ? Libc.POLLIN : Libc.POLLOUT;

    private static (nint File, short Events) PlaceOf(Request* r) => ((nint)r->File, EventsOf(r));
}
