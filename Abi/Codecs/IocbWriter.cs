namespace AioV2.Abi.Codecs;

/// <summary>Packs iocbs with their attributes into a span, ready for io_submit2.</summary>
/// <remarks>
/// What was written is a valid run after every call: <c>bytes</c> of the record under way grows with each attribute, and
/// padding is zeroed. A call that returns false has written nothing: the span is full, or the record would exceed
/// <see cref="Aio2.IocbMax"/>.
/// </remarks>
public ref struct IocbWriter
{
    private readonly Span<byte> _buffer;
    private int _record;

    /// <summary>Starts an empty run.</summary>
    public IocbWriter(Span<byte> buffer)
    {
        _buffer = buffer;
        _record = -1;
    }

    /// <summary>Bytes written.</summary>
    public int Length { get; private set; }

    /// <summary>Records written.</summary>
    public int Count { get; private set; }

    /// <summary>What was written.</summary>
    public readonly ReadOnlySpan<byte> Written => _buffer.Slice(0, Length);

    /// <summary>Starts a record with a fixed part, whose <c>bytes</c> is filled in here.</summary>
    public bool TryBegin(in Iocb2 iocb)
    {
        if (_buffer.Length - Length < Iocb2.SizeOf)
        {
            return false;
        }

        _record = Length;
        RecordBytes.Store(_buffer, _record, iocb);
        RecordBytes.Store(_buffer, _record + Iocb2.At.Bytes, (uint)Iocb2.SizeOf);
        Length += Iocb2.SizeOf;
        Count++;
        return true;
    }

    /// <summary>Adds an attribute to the record under way.</summary>
    /// <param name="type"><see cref="Aio2AttrType"/>.</param>
    /// <param name="flags"><see cref="Aio2AttrFlags"/>.</param>
    /// <param name="payload">Its payload.</param>
    /// <returns>False if there is no record under way or no room.</returns>
    public bool TryAttribute(ushort type, ushort flags, ReadOnlySpan<byte> payload)
    {
        if (payload.Length > Aio2.IocbMax - Iocb2.SizeOf)
        {
            return false;
        }

        int bytes = Aio2Attr.SizeOf + payload.Length;
        int padded = RecordBytes.Padded(bytes);
        if (_record < 0 || _buffer.Length - Length < padded || Length - _record + padded > Aio2.IocbMax)
        {
            return false;
        }

        RecordBytes.Store(_buffer, Length, new Aio2Attr { Bytes = (uint)bytes, Type = type, Flags = flags });
        payload.CopyTo(_buffer.Slice(Length + Aio2Attr.SizeOf));
        _buffer.Slice(Length + bytes, padded - bytes).Clear();
        Length += padded;
        RecordBytes.Store(_buffer, _record + Iocb2.At.Bytes, (uint)(Length - _record));
        return true;
    }

    /// <summary>Adds an attribute without a payload.</summary>
    public bool TryAttribute(ushort type, ushort flags) => TryAttribute(type, flags, default(ReadOnlySpan<byte>));

    /// <summary>Adds an attribute with a struct for payload, e.g. <see cref="Aio2AttrDeadline"/>.</summary>
    public unsafe bool TryAttribute<T>(ushort type, ushort flags, in T payload) where T : unmanaged
    {
        fixed (T* p = &payload)
        {
            return TryAttribute(type, flags, new ReadOnlySpan<byte>(p, sizeof(T)));
        }
    }

    /// <summary>Takes the record under way back, for instance when one of its attributes found no room.</summary>
    public void Abandon()
    {
        if (_record >= 0)
        {
            Length = _record;
            Count--;
            _record = -1;
        }
    }
}
