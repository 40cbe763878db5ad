using System.Runtime.CompilerServices;

namespace AioV2.Abi.Codecs;

/// <summary>Walks the attributes of an iocb, checking each one's framing as it comes (ATTR-1).</summary>
/// <remarks>Ends at the first error, which <see cref="Error"/> then tells. <c>foreach</c> works on it too, but hides the error:
/// use it on records that <see cref="AttributeFraming"/> has passed.</remarks>
public ref struct AttributeReader
{
    private readonly ReadOnlySpan<byte> _attributes;
    private readonly int _baseOffset;
    private int _at;

    /// <summary>Starts before the first attribute.</summary>
    /// <param name="attributes">What follows the fixed part of an iocb.</param>
    /// <param name="baseOffset">Bytes of that fixed part: added to all offsets.</param>
    public AttributeReader(ReadOnlySpan<byte> attributes, int baseOffset = Iocb2.SizeOf)
    {
        _attributes = attributes;
        _baseOffset = baseOffset;
    }

    /// <summary>Why the walk ended early, if it did.</summary>
    public RecordError Error { get; private set; }

    /// <summary>The attribute last read.</summary>
    public IocbAttribute Current { readonly get; private set; }

    /// <summary>Goes to the next attribute; false at the end or at an error.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool MoveNext()
    {
        if (_at == _attributes.Length)
        {
            return false;
        }

        ReadOnlySpan<byte> rest = _attributes.Slice(_at);
        uint reason = AttributeFraming.CheckFirst(rest, out int padded);
        if (reason != Aio2Reason.None)
        {
            Error = new RecordError(reason, _baseOffset + _at);
            _at = _attributes.Length;
            return false;
        }

        int bytes = (int)RecordBytes.Load<uint>(rest, Aio2Attr.At.Bytes);
        Current = new IocbAttribute(
            RecordBytes.Load<ushort>(rest, Aio2Attr.At.Type),
            RecordBytes.Load<ushort>(rest, Aio2Attr.At.Flags),
            _baseOffset + _at,
            rest.Slice(Aio2Attr.SizeOf, bytes - Aio2Attr.SizeOf));
        _at += padded;
        return true;
    }

    /// <summary>Goes to the next attribute; false at the end or at an error.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryNext(out IocbAttribute attribute)
    {
        bool more = MoveNext();
        attribute = more ? Current : default;
        return more;
    }

    /// <summary>For <c>foreach</c>.</summary>
    public readonly AttributeReader GetEnumerator() => this;
}
