using System.Buffers.Binary;
using AioV2.Abi;
using AioV2.Conformance.World;

namespace AioV2.Conformance.Model;

/// <summary>What a descriptor of the world is.</summary>
public enum FdKind
{
    Closed,
    ReadFile,
    WriteFile,
    BothFile,
    PipeRead,
    PipeWrite,
    Eventfd,

    /// <summary>Not of the world: the runtime may have it open.</summary>
    Unknown,
}

/// <summary>What the model knows of pipes and of the Meta area.</summary>
public sealed class ModelWorld
{
    // As much of the Meta area as was written from its start on; behind it are zeroes. Never changed: it may be a step's own bytes.
    private byte[] _meta = [];

    /// <summary>Bytes in each pipe that nothing has read.</summary>
    public long[] PipeBytes { get; } = new long[WorldLayout.Pipes];

    /// <summary>Pipes of which more than one request reads or writes: what comes out is open.</summary>
    public bool[] PipeOpen { get; } = new bool[WorldLayout.Pipes];

    /// <summary>Whether an accepted read may write to the Meta area, whenever it likes: what stands there is not known any more.</summary>
    public bool MetaIsOpen { get; set; }

    /// <summary>Brings everything back to a sequence's beginning; the Meta area keeps what was written, as in the child.</summary>
    public void Reset()
    {
        Array.Clear(PipeBytes);
        Array.Clear(PipeOpen);
    }

    /// <summary>Notes bytes that the sequence wrote.</summary>
    public void Poke(uint at, byte[] bytes)
    {
        if (at == 0 && bytes.Length >= _meta.Length)
        {
            _meta = bytes;
            return;
        }

        byte[] all = new byte[Math.Max(_meta.Length, (int)at + bytes.Length)];
        _meta.CopyTo(all, 0);
        bytes.CopyTo(all, (int)at);
        _meta = all;
    }

    /// <summary>Reads one segment of an iovec array, or null where its bytes are not known.</summary>
    public (ulong Base, ulong Length)? Segment(ulong address)
    {
        if (_meta.Length == 0 || MetaIsOpen || address < WorldLayout.Meta || address + Aio2Vec.SizeOf > WorldLayout.Meta + WorldLayout.MetaBytes)
        {
            return null;
        }

        int at = (int)(address - WorldLayout.Meta);
        Span<byte> segment = stackalloc byte[Aio2Vec.SizeOf];
        segment.Clear();
        if (at < _meta.Length)
        {
            _meta.AsSpan(at, Math.Min(segment.Length, _meta.Length - at)).CopyTo(segment);
        }

        return (BinaryPrimitives.ReadUInt64LittleEndian(segment), BinaryPrimitives.ReadUInt64LittleEndian(segment[8..]));
    }

    /// <summary>What a number is.</summary>
    public static FdKind KindOf(int fd) => fd switch
    {
        WorldLayout.FileRo => FdKind.ReadFile,
        WorldLayout.FileWo => FdKind.WriteFile,
        WorldLayout.FileRw => FdKind.BothFile,
        >= WorldLayout.PipeRead and < WorldLayout.PipeRead + WorldLayout.Pipes => FdKind.PipeRead,
        >= WorldLayout.PipeWrite and < WorldLayout.PipeWrite + WorldLayout.Pipes => FdKind.PipeWrite,
        >= WorldLayout.Eventfd and < WorldLayout.Eventfd + WorldLayout.Eventfds => FdKind.Eventfd,
        < 0 => FdKind.Closed,
        < 256 => FdKind.Unknown,
        _ => FdKind.Closed,
    };
}
