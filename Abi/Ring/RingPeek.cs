using System.Runtime.CompilerServices;

namespace AioV2.Abi.Ring;

/// <summary>All records that a single reaper found, looked at in place and given back by one store of <c>head</c>.</summary>
/// <remarks><code>
/// using (RingPeek peek = reaper.PeekAll())
/// {
///     while (peek.TryNext(out ReadOnlySpan&lt;byte&gt; record)) { … }
/// }
/// </code>Records seen are valid until <see cref="Dispose"/>, which gives back those that <see cref="TryNext"/> has given. Bounded by the
/// tail at the start: a producer that keeps writing does not keep the loop going. Where nanoseconds count call <see cref="Dispose"/> behind the
/// loop instead: the try block of a <c>using</c> keeps the positions in memory.</remarks>
public unsafe ref struct RingPeek
{
    private readonly byte* _start;
    private readonly ulong* _head;
    private readonly ulong _from;
    private readonly ulong _tail;

    // Of the stretch up to the ring's end or, later, of that behind it: where the next record stands, bytes published from
    // there on, and the position where it ends.
    private byte* _next;
    private uint _left;
    private ulong _end;

    internal RingPeek(RingData data, ulong* head, ulong at, ulong tail, RingStatus status)
    {
        uint index = data.IndexOf(at);
        _start = data.Start;
        _head = head;
        _from = at;
        _tail = status == RingStatus.Event ? tail : at;
        _next = data.Start + index;
        _left = (uint)Math.Min(_tail - at, data.RingBytes - index);
        _end = at + _left;
        Status = status;
    }

    /// <summary>What was found at the start; Corrupt once a record makes no sense.</summary>
    public RingStatus Status { get; private set; }

    /// <summary>The next record, in the ring.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryNext(out ReadOnlySpan<byte> record)
    {
        uint bytes;
        while (!RingData.IsRecord(_next, _left, out bytes))
        {
            if (_end == _tail || !RingData.IsEnd(_next, _left))
            {
                Status = _left != 0 ? RingStatus.Corrupt : Status;
                record = default;
                return false;
            }

            _next = _start;
            _left = (uint)(_tail - _end);
            _end = _tail;
        }

        record = new ReadOnlySpan<byte>(_next, (int)bytes);
        _next += bytes;
        _left -= bytes;
        return true;
    }

    /// <summary>Gives the places of the records seen back to the producer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Dispose()
    {
        ulong at = _end - _left;
        if (at != _from)
        {
            // Release: what was read of the records comes before. Pairs with the acquire of head in RingProducer.Observe.
            Volatile.Write(ref *_head, at);
        }
    }
}
