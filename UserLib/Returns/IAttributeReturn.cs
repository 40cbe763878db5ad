namespace AioV2.UserLib.Returns;

/// <summary>A typed view of one attribute's return, as <see cref="Completion.Get{T}"/> gives it.</summary>
/// <typeparam name="TSelf">The type itself.</typeparam>
/// <remarks>A driver's own attribute (ATTR-5) becomes readable by implementing this.</remarks>
public interface IAttributeReturn<TSelf> where TSelf : struct, IAttributeReturn<TSelf>
{
    /// <summary>AIO2_ATTR_TYPE_* of the attribute.</summary>
    static abstract ushort AttributeType { get; }

    /// <summary>Bytes of payload that <see cref="Read"/> needs; a longer payload is a newer one and is read, too (ATTR-4).</summary>
    static abstract int PayloadBytes { get; }

    /// <summary>Reads a payload of at least <see cref="PayloadBytes"/>.</summary>
    static abstract TSelf Read(ReadOnlySpan<byte> payload);
}
