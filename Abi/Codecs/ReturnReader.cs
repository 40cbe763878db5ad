using System.Runtime.CompilerServices;

namespace AioV2.Abi.Codecs;

/// <summary>Walks the returns of an event (ATTR-2).</summary>
/// <remarks><code>
///  0       4      6      8        12         16                bytes     padded
///  +-------+------+------+--------+----------+------- - - -------+---------+----
///  | bytes | type | flags| status | reserved |      payload      | 0 … 0   | next
///  +-------+------+------+--------+----------+------- - - -------+---------+----
/// </code>Bounds are checked, and the walk ends at the first return that breaks them. What a later kernel might fill (reserved,
/// padding, unknown types and flags) is not judged here; <see cref="ReturnFraming"/> does.</remarks>
public ref struct ReturnReader
{
    // Small, and never passed by address: so a walk keeps all of it in registers.
    private readonly ReadOnlySpan<byte> _returns;
    private readonly int _baseOffset;
    private int _at;
    private int _current;

    /// <summary>Starts before the first return.</summary>
    /// <param name="returns">What follows the fixed part of an event.</param>
    /// <param name="baseOffset">Bytes of that fixed part: added to all offsets.</param>
    public ReturnReader(ReadOnlySpan<byte> returns, int baseOffset = IoEvent2.SizeOf)
    {
        _returns = returns;
        _baseOffset = baseOffset;
        _current = returns.Length;
    }

    /// <summary>Why the walk ended early, if it did.</summary>
    public RecordError Error { get; private set; }

    /// <summary>The return that <see cref="MoveNext"/> last went to, read anew each time.</summary>
    public readonly AttributeReturn Current => TryRead(_returns, _baseOffset, _current, out AttributeReturn current, out _) ? current : default;

    /// <summary>Goes to the next return; false at the end or at an error.</summary>
    public bool MoveNext()
    {
        _current = _at;
        return TryNext(out _);
    }

    /// <summary>Goes to the next return; false at the end or at an error.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryNext(out AttributeReturn attributeReturn)
    {
        if (TryRead(_returns, _baseOffset, _at, out attributeReturn, out int next))
        {
            _at = next;
            return true;
        }

        if (_at != _returns.Length)
        {
            Error = Refusal(_returns, _baseOffset, _at);
            _at = _returns.Length;
        }

        return false;
    }

    /// <summary>For <c>foreach</c>.</summary>
    public readonly ReturnReader GetEnumerator() => this;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryRead(ReadOnlySpan<byte> returns, int baseOffset, int at, out AttributeReturn attributeReturn, out int next)
    {
        int left = returns.Length - at;
        if (left >= Aio2AttrRet.SizeOf)
        {
            uint bytes = RecordBytes.Load<uint>(returns, at + Aio2AttrRet.At.Bytes);
            if (bytes >= Aio2AttrRet.SizeOf && bytes <= (uint)left)
            {
                ReadOnlySpan<byte> one = returns.Slice(at, (int)bytes);
                attributeReturn = new AttributeReturn(
                    RecordBytes.Load<ushort>(one, Aio2AttrRet.At.Type),
                    RecordBytes.Load<ushort>(one, Aio2AttrRet.At.Flags),
                    RecordBytes.Load<int>(one, Aio2AttrRet.At.Status),
                    baseOffset + at,
                    one.Slice(Aio2AttrRet.SizeOf));
                next = at + Math.Min(RecordBytes.Padded((int)bytes), left);
                return true;
            }
        }

        attributeReturn = default;
        next = at;
        return false;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static RecordError Refusal(ReadOnlySpan<byte> returns, int baseOffset, int at)
    {
        bool beyond = returns.Length - at >= Aio2AttrRet.SizeOf
            && RecordBytes.Load<uint>(returns, at + Aio2AttrRet.At.Bytes) >= Aio2AttrRet.SizeOf;
        return new RecordError(beyond ? Aio2Reason.AttrTruncated : Aio2Reason.AttrTooShort, baseOffset + at);
    }
}
