using System.Runtime.InteropServices;
using AioV2.Abi;

namespace AioV2.Kernel.Tests;

/// <summary>Builds one iocb record byte by byte, so that tests can also build bad ones.</summary>
internal sealed class Record
{
    private readonly List<byte> _bytes = [];

    private Record(Iocb2 iocb)
    {
        _bytes.AddRange(MemoryMarshal.AsBytes(new ReadOnlySpan<Iocb2>(in iocb)));
        SetLength();
    }

    public byte[] Bytes => [.. _bytes];

    public static Record Nop(ulong userData = 0) => new(Harness.Nop(userData));

    public static Record Of(Iocb2 iocb) => new(iocb);

    /// <summary>Adds an attribute, padded to 8; the record's bytes follow.</summary>
    public Record Attribute(ushort type, ReadOnlySpan<byte> payload = default, ushort flags = 0, uint? bytes = null, byte padding = 0)
    {
        var head = new Aio2Attr { Bytes = bytes ?? (uint)(Aio2Attr.SizeOf + payload.Length), Type = type, Flags = flags };
        _bytes.AddRange(MemoryMarshal.AsBytes(new ReadOnlySpan<Aio2Attr>(in head)));
        _bytes.AddRange(payload);
        while (_bytes.Count % 8 != 0)
        {
            _bytes.Add(padding);
        }

        SetLength();
        return this;
    }

    public Record Payload<T>(ushort type, T payload, ushort flags = 0)
        where T : unmanaged => Attribute(type, MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in payload)), flags);

    private void SetLength()
    {
        var length = (uint)_bytes.Count;
        MemoryMarshal.Write(CollectionsMarshal.AsSpan(_bytes), in length);
    }
}
