using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Attributes.Pi;
using AioV2.Kernel.Devices;
using AioV2.Kernel.Linux;

namespace AioV2.Kernel.Tests.Pi;

/// <summary>A protected file of its own with a context to use it by, gone with the test.</summary>
internal sealed unsafe class PiFile : IDisposable
{
    public const ushort AllChecks = Aio2PiFlags.CheckGuard | Aio2PiFlags.CheckReftag | Aio2PiFlags.CheckApptag;

    private readonly ScratchFile _file;
    private readonly byte* _data;
    private readonly byte* _tuples;
    private readonly int _room;

    public PiFile(PiFormat format, int intervals, EmbeddedKernel? kernel = null, int flags = Libc.O_RDWR)
    {
        Format = format;
        Intervals = intervals;
        _file = new ScratchFile(flags);
        ProtectedDevice.Create(_file.Path, (long)intervals * format.IntervalBytes, format, force: false).Dispose();
        Aio = Harness.Context(kernel: kernel);
        _room = Math.Max(intervals * 2, 4) * format.IntervalBytes;
        _data = (byte*)NativeMemory.AllocZeroed((nuint)_room);
        _tuples = (byte*)NativeMemory.AllocZeroed((nuint)(Math.Max(intervals * 2, 4) * format.MetadataBytes));
    }

    public PiFormat Format { get; }

    public int Intervals { get; }

    public Harness Aio { get; }

    public int Fd => _file.Fd;

    public string Path => _file.Path;

    public string SidecarPath => _file.Path + ".pi";

    /// <summary>The data buffer of the requests below.</summary>
    public byte* DataAddress => _data;

    public byte* TuplesAddress => _tuples;

    public Span<byte> Data(int count) => new(_data, count * Format.IntervalBytes);

    public Span<byte> Tuples(int count) => new(_tuples, count * Format.MetadataBytes);

    /// <summary>Every type, guard and interval; and one with metadata before the tuple.</summary>
    public static IEnumerable<PiFormat> Formats =>
        from type in Enum.GetValues<PiType>()
        from guard in Enum.GetValues<PiGuard>()
        from interval in new[] { 512, 4096 }
        from metadata in new[] { 0, 64 }
        where metadata == 0 || (type == PiType.Type1 && interval == 512)
        select new PiFormat(type, guard, interval, metadata);

    /// <summary>Fills the data buffer, makes its tuples, and writes both.</summary>
    public void Fill(int seed, ushort appTag = 7, ulong refTag = 0)
    {
        ScratchFile.Pattern(Intervals * Format.IntervalBytes, seed).CopyTo(Data(Intervals));
        Generate(Intervals, refTag, appTag);
        Assert.Equal(Intervals * Format.IntervalBytes, Write(0, Intervals, AllChecks, appTag, refTag).Res);
    }

    public void Generate(int count, ulong seed, ushort appTag)
    {
        Tuples(count).Clear();
        T10Pi.Generate(Format, Data(count), Tuples(count), seed, appTag);
    }

    public (long Res, int Status, Aio2RetPi Answer) Write(long first, int count, ushort checks, ushort appTag, ulong seed) =>
        Run(Aio2Op.Pwrite, first, count, checks, appTag, seed);

    /// <summary>Reads into cleared buffers.</summary>
    public (long Res, int Status, Aio2RetPi Answer) Read(long first, int count, ushort checks, ushort appTag, ulong seed)
    {
        Data(count).Clear();
        Tuples(count).Clear();
        return Run(Aio2Op.Pread, first, count, checks, appTag, seed);
    }

    public (long Res, int Status, Aio2RetPi Answer) Run(ushort opcode, long first, int count, ushort checks, ushort appTag, ulong seed)
    {
        var record = Record(opcode, first * Format.IntervalBytes, (ulong)(count * Format.IntervalBytes), Attribute(count, checks, appTag, seed));
        Assert.Equal(record.Length, Aio.Submit(record));
        return Answer(Aio.ReapOne());
    }

    public Aio2AttrPi Attribute(int count, ushort checks, ushort appTag, ulong seed) => new()
    {
        Flags = checks, AppTag = appTag, Len = (uint)(count * Format.MetadataBytes), Addr = (ulong)_tuples, Seed = seed,
    };

    public byte[] Record(ushort opcode, long offset, ulong bytes, Aio2AttrPi pi, ushort attributeFlags = 0, uint rwFlags = 0)
    {
        var iocb = new Iocb2
        {
            Bytes = Iocb2.SizeOf + Aio2Attr.SizeOf + Aio2AttrPi.SizeOf,
            Opcode = opcode, Fd = Fd, Addr = (ulong)_data, Len = bytes, Offset = offset, RwFlags = rwFlags,
        };
        return Join(iocb, pi, attributeFlags);
    }

    public static byte[] Join(Iocb2 iocb, Aio2AttrPi pi, ushort attributeFlags = 0)
    {
        iocb.Bytes = Iocb2.SizeOf + Aio2Attr.SizeOf + Aio2AttrPi.SizeOf;
        var head = new Aio2Attr { Bytes = Aio2Attr.SizeOf + Aio2AttrPi.SizeOf, Type = Aio2AttrType.Pi, Flags = attributeFlags };
        return [.. Bytes(iocb), .. Bytes(head), .. Bytes(pi)];
    }

    public static (long Res, int Status, Aio2RetPi Answer) Answer(Event completion)
    {
        var (head, payload) = Assert.Single(completion.ReturnList());
        Assert.Equal(Aio2AttrType.Pi, head.Type);
        return (completion.Res, head.Status, MemoryMarshal.Read<Aio2RetPi>(payload));
    }

    /// <summary>Turns over bits of one byte on disk, behind everybody's back.</summary>
    public static void Flip(string path, long at, byte bits = 0x5a)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        stream.Position = at;
        var old = stream.ReadByte();
        Assert.True(old >= 0);
        stream.Position = at;
        stream.WriteByte((byte)(old ^ bits));
    }

    public void Dispose()
    {
        Aio.Dispose();
        _file.Dispose();
        File.Delete(SidecarPath);
        NativeMemory.Free(_data);
        NativeMemory.Free(_tuples);
    }

    private static byte[] Bytes<T>(T value) where T : unmanaged => MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)).ToArray();
}
