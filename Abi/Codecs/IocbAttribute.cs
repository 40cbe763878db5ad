using System.Runtime.CompilerServices;

namespace AioV2.Abi.Codecs;

/// <summary>One attribute of an iocb, as it stands in the record.</summary>
public readonly ref struct IocbAttribute
{
    internal IocbAttribute(ushort type, ushort flags, int offset, ReadOnlySpan<byte> payload)
    {
        Type = type;
        Flags = flags;
        Offset = offset;
        Payload = payload;
    }

    /// <summary>One of <see cref="Aio2AttrType"/>, or a driver's own.</summary>
    public ushort Type { get; }

    /// <summary><see cref="Aio2AttrFlags"/>.</summary>
    public ushort Flags { get; }

    /// <summary>Bytes from the start of the iocb to the attribute's head.</summary>
    public int Offset { get; }

    /// <summary>The payload without padding.</summary>
    public ReadOnlySpan<byte> Payload { get; }

    /// <summary>Refuse the iocb rather than ignore this attribute (ATTR-3).</summary>
    public bool Required => (Flags & Aio2AttrFlags.Required) != 0;

    /// <summary>No return is wanted (ATTR-2).</summary>
    public bool NoReturn => (Flags & Aio2AttrFlags.Noreturn) != 0;

    /// <summary>Reads the payload as an extensible struct (ATTR-4).</summary>
    /// <param name="firstBytes">The struct's first published size: less is <see cref="Aio2Reason.PayloadTooShort"/>.</param>
    /// <param name="value">The struct; what the payload does not reach is zero.</param>
    public RecordError Read<T>(int firstBytes, out T value) where T : unmanaged
    {
        value = default;
        if (Payload.Length < firstBytes)
        {
            return new RecordError(Aio2Reason.PayloadTooShort, Offset);
        }

        int known = Unsafe.SizeOf<T>();
        if (Payload.Length > known && !RecordBytes.AllZero(Payload.Slice(known)))
        {
            return new RecordError(Aio2Reason.PayloadTooLong, Offset);
        }

        value = ExtensibleStruct.Load<T>(Payload);
        return default;
    }
}
