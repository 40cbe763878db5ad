using System.Runtime.CompilerServices;

namespace AioV2.Abi.Ring;

/// <summary>All records that a single reaper found, looked at in place and given back by one store of <c>head</c>.</summary>
/// <remarks><code>
/// using (RingPeek peek = reaper.PeekAll())
/// {
///     while (peek.TryNext(out ReadOnlySpan&lt;byte&gt; record)) { … }
/// }
/// </code>Records seen are valid until <see cref="Dispose"/>, which gives back those that <see cref="TryNext"/> has given. Bounded by the
/// tail at the start: a producer that keeps writing does not keep the loop going.</remarks>
public unsafe ref struct RingPeek
{
    private readonly RingData _data;
    private readonly ulong* _head;
    private readonly ulong _from;
    private readonly ulong _tail;
    private ulong _at;

    internal RingPeek(RingData data, ulong* head, ulong at, ulong tail, RingStatus status)
    {
        _data = data;
        _head = head;
        _from = _at = at;
        _tail = status == RingStatus.Event ? tail : at;
        Status = status;
    }

    /// <summary>What was found at the start; Corrupt once a record makes no sense.</summary>
    public RingStatus Status { get; private set; }

    /// <summary>The next record, in the ring.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryNext(out ReadOnlySpan<byte> record)
    {
        if (_at != _tail)
        {
            if (_data.TryFind(_at, _tail, out byte* place, out uint bytes, out uint pad))
            {
                _at += pad + bytes;
                record = new ReadOnlySpan<byte>(place, (int)bytes);
                return true;
            }

            Status = RingStatus.Corrupt;
        }

        record = default;
        return false;
    }

    /// <summary>Gives the places of the records seen back to the producer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Dispose()
    {
        if (_at != _from)
        {
            // Release: what was read of the records comes before. Pairs with the acquire of head in RingProducer.Observe.
            Volatile.Write(ref *_head, _at);
        }
    }
}
