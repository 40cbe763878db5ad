namespace AioV2.Abi.Codecs;

/// <summary>What is wrong with a run of records, and where: an <see cref="Aio2Reason"/> and a byte offset.</summary>
/// <remarks><c>default</c> means that nothing is wrong. For framing the offset is that of the record's <c>bytes</c>; for an
/// attribute or a return it is that of its head (SUBMIT-5).</remarks>
public readonly struct RecordError(uint reason, int offset) : IEquatable<RecordError>
{
    /// <summary>One of <see cref="Aio2Reason"/>; <see cref="Aio2Reason.None"/> when nothing is wrong.</summary>
    public uint Reason { get; } = reason;

    /// <summary>Bytes from the start of what was given to the reader.</summary>
    public int Offset { get; } = offset;

    /// <summary>Whether anything is wrong.</summary>
    public bool IsError => Reason != Aio2Reason.None;

    /// <summary>The same error, seen from <paramref name="bytes"/> further up.</summary>
    public RecordError Shifted(int bytes) => IsError ? new(Reason, Offset + bytes) : default;

    /// <inheritdoc/>
    public bool Equals(RecordError other) => Reason == other.Reason && Offset == other.Offset;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is RecordError other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => unchecked((int)Reason * 397 ^ Offset);

    /// <summary>Equality.</summary>
    public static bool operator ==(RecordError left, RecordError right) => left.Equals(right);

    /// <summary>Inequality.</summary>
    public static bool operator !=(RecordError left, RecordError right) => !left.Equals(right);

    /// <inheritdoc/>
    public override string ToString() => IsError ? $"{Aio2Reason.TextOf(Reason)}, at byte {Offset}" : "no error";
}
