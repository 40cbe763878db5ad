namespace AioV2.Abi.Codecs;

/// <summary>One attribute's return, as it stands in the event (ATTR-2).</summary>
public readonly ref struct AttributeReturn
{
    internal AttributeReturn(ushort type, ushort flags, int status, int offset, ReadOnlySpan<byte> payload)
    {
        Type = type;
        Flags = flags;
        Status = status;
        Offset = offset;
        Payload = payload;
    }

    /// <summary>The attribute's type.</summary>
    public ushort Type { get; }

    /// <summary>The attribute's flags.</summary>
    public ushort Flags { get; }

    /// <summary>0 handled, <c>-EOPNOTSUPP</c> not supported here, or another <c>-errno</c>.</summary>
    public int Status { get; }

    /// <summary>Bytes from the start of the event to the return's head.</summary>
    public int Offset { get; }

    /// <summary>The payload without padding.</summary>
    public ReadOnlySpan<byte> Payload { get; }

    /// <summary>Whether the attribute was handled.</summary>
    public bool Handled => Status == 0;

    /// <summary>Reads the payload: an older kernel's shorter one is zero-extended, a newer one's excess ignored.</summary>
    public T Read<T>() where T : unmanaged => ExtensibleStruct.Load<T>(Payload);
}
