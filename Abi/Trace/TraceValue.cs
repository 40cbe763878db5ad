namespace AioV2.Abi.Trace;

/// <summary>The value of a record's field: a number, bytes, or text.</summary>
/// <param name="Number">The number; one that is signed in two's complement.</param>
/// <param name="Other">A <c>byte[]</c> or a string, or null.</param>
public readonly record struct TraceValue(ulong Number, object? Other)
{
    /// <summary>A number.</summary>
    public static implicit operator TraceValue(ulong number) => FromUInt64(number);

    /// <summary>A signed number.</summary>
    public static implicit operator TraceValue(long number) => FromInt64(number);

    /// <summary>Bytes.</summary>
    public static implicit operator TraceValue(byte[] bytes) => FromBytes(bytes);

    /// <summary>Text.</summary>
    public static implicit operator TraceValue(string text) => FromText(text);

    /// <summary>A number.</summary>
    public static TraceValue FromUInt64(ulong number) => new(number, null);

    /// <summary>A signed number.</summary>
    public static TraceValue FromInt64(long number) => new((ulong)number, null);

    /// <summary>Bytes.</summary>
    public static TraceValue FromBytes(byte[] bytes) => new(0, bytes);

    /// <summary>Text.</summary>
    public static TraceValue FromText(string text) => new(0, text);
}
