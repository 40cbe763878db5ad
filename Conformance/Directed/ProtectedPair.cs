using System.Buffers.Binary;
using System.Text;
using AioV2.Attributes.Checksums;
using AioV2.Conformance.World;

namespace AioV2.Conformance.Directed;

/// <summary>A protected file and its sidecar, made from <c>io_setup2.md</c> (On disk): type 1, CRC-16/T10-DIF, intervals of 512.</summary>
internal sealed unsafe class ProtectedPair : IDisposable
{
    public const int Interval = 512;

    private const int Intervals = 32, HeaderBytes = 4096, RecordBytes = 16, MetadataBytes = 8;
    private const string Id = "00112233445566778899aabbccddeeff";

    private readonly string _folder;

    private ProtectedPair(string folder, int fd) => (_folder, Fd) = (folder, fd);

    /// <summary>The data file, for reading and writing.</summary>
    public int Fd { get; }

    /// <summary>Makes a pair where the file system keeps extended attributes.</summary>
    /// <exception cref="NotOfferedException">There is no such file system.</exception>
    public static ProtectedPair Make()
    {
        foreach (string place in (string[])[Path.GetTempPath(), "/var/tmp", Environment.CurrentDirectory])
        {
            string folder = Path.Combine(place, $"aio2-pi-{Guid.NewGuid():n}");
            Directory.CreateDirectory(folder);
            string data = Path.Combine(folder, "disk");
            File.WriteAllBytes(data, new byte[Intervals * Interval]);
            File.WriteAllBytes(Path.Combine(folder, "disk.pi"), Sidecar());
            byte[] mark = Encoding.ASCII.GetBytes($"aio2-pi 1 id={Id} type=1 guard=crc16 interval={Interval} metadata={MetadataBytes} sidecar=disk.pi");
            fixed (byte* at = mark)
            {
                if (Libc.SetXattr(data, "user.aio2.pi", at, (nuint)mark.Length, 0) == 0)
                {
                    return new ProtectedPair(folder, (int)Libc.Must(Libc.Open(data, Libc.ORdWr | Libc.OCloExec, 0), "open"));
                }
            }

            Directory.Delete(folder, recursive: true);
        }

        throw new NotOfferedException("no file system here keeps extended attributes");
    }

    /// <summary>The tuple of an interval: guard, application tag and reference tag, big-endian.</summary>
    public static byte[] Tuple(ReadOnlySpan<byte> data, ushort appTag, uint refTag)
    {
        byte[] tuple = new byte[MetadataBytes];
        BinaryPrimitives.WriteUInt16BigEndian(tuple, CrcT10Dif.Compute(0, data));
        BinaryPrimitives.WriteUInt16BigEndian(tuple.AsSpan(2), appTag);
        BinaryPrimitives.WriteUInt32BigEndian(tuple.AsSpan(4), refTag);
        return tuple;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ = Libc.Close(Fd);
        Directory.Delete(_folder, recursive: true);
    }

    private static byte[] Sidecar()
    {
        byte[] file = new byte[HeaderBytes + Intervals * RecordBytes];
        "AIO2-PI\n"u8.CopyTo(file);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(8), 1);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(12), HeaderBytes);
        // One number of 128 bits: its text begins with the highest digits, its bytes with the lowest.
        Convert.FromHexString(Id).Reverse().ToArray().CopyTo(file, 16);
        uint[] format = [1, 1, Interval, MetadataBytes];
        for (int i = 0; i < format.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(32 + i * 4), format[i]);
        }

        BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(48), Intervals);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(4092), Crc32C.Compute(0, file.AsSpan(0, 4092)));
        return file;
    }
}
