namespace AioV2.Abi.Codecs;

/// <summary>Packs events with their returns into a span.</summary>
/// <remarks>As in <see cref="IocbWriter"/> what was written is valid after every call, and a call that returns false has written
/// nothing. No event exceeds <see cref="Aio2.EventMax"/> (ATTR-6).</remarks>
public ref struct EventWriter
{
    private readonly Span<byte> _buffer;
    private int _record;

    /// <summary>Starts an empty run.</summary>
    public EventWriter(Span<byte> buffer)
    {
        _buffer = buffer;
        _record = -1;
    }

    /// <summary>Bytes written.</summary>
    public int Length { get; private set; }

    /// <summary>What was written.</summary>
    public readonly ReadOnlySpan<byte> Written => _buffer.Slice(0, Length);

    /// <summary>Bytes that a return takes in an event, padding included.</summary>
    public static int ReturnBytes(int payloadBytes) => RecordBytes.Padded(Aio2AttrRet.SizeOf + payloadBytes);

    /// <summary>Starts an event.</summary>
    public bool TryBegin(ulong userData, long res, ushort flags = 0)
    {
        if (_buffer.Length - Length < IoEvent2.SizeOf)
        {
            return false;
        }

        _record = Length;
        RecordBytes.Store(_buffer, _record, new IoEvent2
        {
            Bytes = IoEvent2.SizeOf,
            Flags = flags,
            UserData = userData,
            Res = res,
        });
        Length += IoEvent2.SizeOf;
        return true;
    }

    /// <summary>Adds a return to the event under way (ATTR-2).</summary>
    /// <param name="type">The attribute's type.</param>
    /// <param name="flags">The attribute's flags.</param>
    /// <param name="status">0 or <c>-errno</c>.</param>
    /// <param name="payload">Its payload.</param>
    public bool TryReturn(ushort type, ushort flags, int status, ReadOnlySpan<byte> payload)
    {
        if (!TryReserveReturn(type, flags, status, payload.Length, out int offset))
        {
            return false;
        }

        payload.CopyTo(_buffer.Slice(_record + offset + Aio2AttrRet.SizeOf));
        return true;
    }

    /// <summary>Adds a return with a struct for payload, e.g. <see cref="Aio2RetTiming"/>.</summary>
    public unsafe bool TryReturn<T>(ushort type, ushort flags, int status, in T payload) where T : unmanaged
    {
        fixed (T* p = &payload)
        {
            return TryReturn(type, flags, status, new ReadOnlySpan<byte>(p, sizeof(T)));
        }
    }

    /// <summary>Adds a return whose payload is zero for now: it is filled in with <see cref="SetReturn"/>.</summary>
    /// <param name="type">The attribute's type.</param>
    /// <param name="flags">The attribute's flags.</param>
    /// <param name="status">What silence is to say: <c>-EOPNOTSUPP</c> (ATTR-2).</param>
    /// <param name="payloadBytes">Room for the payload.</param>
    /// <param name="offset">Bytes from the start of the event to the return's head.</param>
    public bool TryReserveReturn(ushort type, ushort flags, int status, int payloadBytes, out int offset)
    {
        offset = 0;
        if (_record < 0 || (uint)payloadBytes > Aio2.EventMax - IoEvent2.SizeOf - Aio2AttrRet.SizeOf)
        {
            return false;
        }

        int padded = ReturnBytes(payloadBytes);
        if (_buffer.Length - Length < padded || Length - _record + padded > Aio2.EventMax)
        {
            return false;
        }

        RecordBytes.Store(_buffer, Length, new Aio2AttrRet
        {
            Bytes = (uint)(Aio2AttrRet.SizeOf + payloadBytes),
            Type = type,
            Flags = flags,
            Status = status,
        });
        _buffer.Slice(Length + Aio2AttrRet.SizeOf, padded - Aio2AttrRet.SizeOf).Clear();
        offset = Length - _record;
        Length += padded;
        RecordBytes.Store(_buffer, _record + IoEvent2.At.Bytes, (uint)(Length - _record));
        return true;
    }

    /// <summary>Fills in a return that was reserved.</summary>
    /// <param name="record">The event.</param>
    /// <param name="offset">What <see cref="TryReserveReturn"/> gave.</param>
    /// <param name="status">0 or <c>-errno</c>.</param>
    /// <param name="payload">At most what was reserved.</param>
    public static void SetReturn(Span<byte> record, int offset, int status, ReadOnlySpan<byte> payload)
    {
        Span<byte> place = record.Slice(offset);
        int room = (int)RecordBytes.Load<uint>(place, Aio2AttrRet.At.Bytes) - Aio2AttrRet.SizeOf;
        RecordBytes.Store(place, Aio2AttrRet.At.Status, status);
        payload.CopyTo(place.Slice(Aio2AttrRet.SizeOf, room));
    }
}
