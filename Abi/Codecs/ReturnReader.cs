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
    private readonly ReadOnlySpan<byte> _returns;
    private readonly int _baseOffset;
    private int _at;

    /// <summary>Starts before the first return.</summary>
    /// <param name="returns">What follows the fixed part of an event.</param>
    /// <param name="baseOffset">Bytes of that fixed part: added to all offsets.</param>
    public ReturnReader(ReadOnlySpan<byte> returns, int baseOffset = IoEvent2.SizeOf)
    {
        _returns = returns;
        _baseOffset = baseOffset;
    }

    /// <summary>Why the walk ended early, if it did.</summary>
    public RecordError Error { get; private set; }

    /// <summary>The return last read.</summary>
    public AttributeReturn Current { readonly get; private set; }

    /// <summary>Goes to the next return; false at the end or at an error.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool MoveNext()
    {
        bool more = TryNext(out AttributeReturn current);
        Current = current;
        return more;
    }

    /// <summary>Goes to the next return; false at the end or at an error.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryNext(out AttributeReturn attributeReturn)
    {
        int at = _at;
        int left = _returns.Length - at;
        if (left >= Aio2AttrRet.SizeOf)
        {
            uint bytes = RecordBytes.Load<uint>(_returns, at + Aio2AttrRet.At.Bytes);
            if (bytes >= Aio2AttrRet.SizeOf && bytes <= (uint)left)
            {
                attributeReturn = new AttributeReturn(
                    RecordBytes.Load<ushort>(_returns, at + Aio2AttrRet.At.Type),
                    RecordBytes.Load<ushort>(_returns, at + Aio2AttrRet.At.Flags),
                    RecordBytes.Load<int>(_returns, at + Aio2AttrRet.At.Status),
                    _baseOffset + at,
                    _returns.Slice(at + Aio2AttrRet.SizeOf, (int)bytes - Aio2AttrRet.SizeOf));
                _at = at + Math.Min(RecordBytes.Padded((int)bytes), left);
                return true;
            }
        }

        attributeReturn = default;
        return End(left);
    }

    /// <summary>For <c>foreach</c>.</summary>
    public readonly ReturnReader GetEnumerator() => this;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool End(int left)
    {
        if (left != 0)
        {
            bool beyond = left >= Aio2AttrRet.SizeOf
                && RecordBytes.Load<uint>(_returns, _at + Aio2AttrRet.At.Bytes) >= Aio2AttrRet.SizeOf;
            Error = new RecordError(beyond ? Aio2Reason.AttrTruncated : Aio2Reason.AttrTooShort, _baseOffset + _at);
            _at = _returns.Length;
        }

        return false;
    }
}
