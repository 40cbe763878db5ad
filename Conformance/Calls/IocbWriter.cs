using System.Buffers.Binary;
using System.Runtime.InteropServices;
using AioV2.Abi;

namespace AioV2.Conformance.Calls;

/// <summary>Packs iocbs and their attributes into the bytes of one submission.</summary>
public sealed class IocbWriter
{
    private byte[] _bytes = new byte[256];
    private int _record;

    /// <summary>Bytes packed so far.</summary>
    public int Length { get; private set; }

    /// <summary>Begins a record; its <c>bytes</c> follows what is added.</summary>
    public IocbWriter Add(Iocb2 iocb)
    {
        _record = Length;
        iocb.Bytes = Iocb2.SizeOf;
        Grow(Iocb2.SizeOf);
        MemoryMarshal.Write(_bytes.AsSpan(_record), in iocb);
        return this;
    }

    /// <summary>Adds an attribute to the record begun last.</summary>
    public IocbWriter Attribute(ushort type, ushort flags, ReadOnlySpan<byte> payload)
    {
        int at = Length;
        int bytes = Aio2Attr.SizeOf + payload.Length;
        Grow(bytes + 7 & ~7);
        BinaryPrimitives.WriteUInt32LittleEndian(_bytes.AsSpan(at), (uint)bytes);
        BinaryPrimitives.WriteUInt16LittleEndian(_bytes.AsSpan(at + 4), type);
        BinaryPrimitives.WriteUInt16LittleEndian(_bytes.AsSpan(at + 6), flags);
        payload.CopyTo(_bytes.AsSpan(at + Aio2Attr.SizeOf));
        BinaryPrimitives.WriteUInt32LittleEndian(_bytes.AsSpan(_record), (uint)(Length - _record));
        return this;
    }

    /// <summary>The packed bytes.</summary>
    public byte[] ToArray() => _bytes.AsSpan(0, Length).ToArray();

    private void Grow(int by)
    {
        Length += by;
        if (Length > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(Length, _bytes.Length * 2));
        }
    }
}
