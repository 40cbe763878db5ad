using System.Buffers.Binary;
using System.Text;
using AioV2.Abi;
using AioV2.Attributes.Checksums;
using AioV2.Attributes.Pi;
using AioV2.Kernel.Linux;

namespace AioV2.Kernel.Devices;

/// <summary>The open sidecar of a protected file: a header, and a record for each interval (ATTR-8).</summary>
/// <remarks><code>
///  0                   4096                4096 + record
///  +-------------------+-------------------+-------------------+-- ~
///  | SidecarHeader     | record 0          | record 1          |
///  +-------------------+-------------------+-------------------+-- ~
///
///  0                   metadata bytes      metadata bytes + 8
///  +-------------------+-------------------+
///  | metadata          | seal              |    a record
///  +-------------------+-------------------+
/// </code>
/// <para>The seal, little-endian, is the CRC-64/NVME of the sidecar's id, the interval's number (16 and 8 bytes, little-endian)
/// and the metadata. It is to the record what a disk's own check code is to a sector: it shows what no check of a tuple can,
/// a reference tag of type 3 or an application tag that was turned into an escape. It does not cover the data: an
/// escaped interval stays unchecked, as T10 has it.</para>
/// <para>Each request opens the sidecar for itself, so that locks of open file descriptions keep requests apart, in one
/// process and between processes; nothing is cached that could go stale, and a killed process leaves no lock behind.</para></remarks>
internal unsafe struct Sidecar
{
    /// <summary>Bytes of a seal.</summary>
    public const int SealBytes = 8;

    private const int PathBytesMax = 4096;

    /// <summary>Its own descriptor.</summary>
    public int Fd;

    /// <summary>What the header says.</summary>
    public SidecarHeader Header;

    /// <summary>Bytes of a record.</summary>
    public readonly int RecordBytes => RecordBytesOf(Header.Format);

    /// <inheritdoc cref="RecordBytes"/>
    public static int RecordBytesOf(PiFormat format) => format.MetadataBytes + SealBytes;

    /// <summary>Where a record stands in the sidecar.</summary>
    public readonly long PlaceOf(ulong interval) => SidecarHeader.Bytes + ((long)interval * RecordBytes);

    /// <summary>Opens and checks the sidecar of an open data file; closes it again where it is not good.</summary>
    /// <param name="dataFd">The data file.</param>
    /// <param name="mark">Its mark.</param>
    /// <param name="name">The sidecar's name in the mark.</param>
    /// <param name="writable">Whether records are to be written.</param>
    /// <param name="sidecar">The sidecar.</param>
    /// <param name="error">0 or <c>-errno</c>.</param>
    public static ProtectionFault Open(
        int dataFd, in ProtectionMark mark, ReadOnlySpan<byte> name, bool writable, out Sidecar sidecar, out int error)
    {
        sidecar = default;
        var path = stackalloc byte[PathBytesMax];
        error = Resolve(dataFd, name, path);

        // Without waiting: a FIFO of that name must not hold a worker.
        sidecar.Fd = error != 0 ? error
            : Libc.Open(path, (writable ? Libc.O_RDWR : Libc.O_RDONLY) | Libc.O_CLOEXEC | Libc.O_NONBLOCK);
        if (sidecar.Fd < 0)
        {
            error = sidecar.Fd;
            return error == -Errno.ENOENT ? ProtectionFault.SidecarMissing : ProtectionFault.SidecarUnreachable;
        }

        var fault = sidecar.Check(mark);
        error = fault.ToErrno();
        if (fault != ProtectionFault.None)
        {
            _ = Libc.Close(sidecar.Fd);
            sidecar.Fd = -1;
        }

        return fault;
    }

    /// <summary>The sidecar's path as text, for messages.</summary>
    public static string PathOf(int dataFd, ReadOnlySpan<byte> name)
    {
        var path = stackalloc byte[PathBytesMax];
        return Resolve(dataFd, name, path) != 0 ? Encoding.UTF8.GetString(name)
            : Encoding.UTF8.GetString(System.Runtime.InteropServices.MemoryMarshal.CreateReadOnlySpanFromNullTerminated(path));
    }

    /// <summary>The seal of an interval's metadata.</summary>
    public readonly ulong SealOf(ulong interval, ReadOnlySpan<byte> metadata)
    {
        Span<byte> place = stackalloc byte[24];
        BinaryPrimitives.WriteUInt128LittleEndian(place, Header.Id);
        BinaryPrimitives.WriteUInt64LittleEndian(place[16..], interval);
        return Crc64Nvme.Compute(Crc64Nvme.Compute(0, place), metadata);
    }

    private ProtectionFault Check(in ProtectionMark mark)
    {
        var page = stackalloc byte[SidecarHeader.Bytes];
        if (Libc.Statx(Fd, Statx.BasicStats, out var stat) != 0 || (stat.Mode & Statx.TypeMask) != Statx.Regular)
        {
            return ProtectionFault.SidecarDamaged;
        }

        if (stat.Size < SidecarHeader.Bytes)
        {
            return ProtectionFault.SidecarTruncated;
        }

        if (FileTransfer.Read(Fd, page, SidecarHeader.Bytes, 0, 0) != SidecarHeader.Bytes
            || !SidecarHeader.TryRead(new ReadOnlySpan<byte>(page, SidecarHeader.Bytes), out var header))
        {
            return ProtectionFault.SidecarDamaged;
        }

        Header = header;
        return header.Id != mark.Id || header.Format != mark.Format ? ProtectionFault.SidecarForeign
            : stat.Size < PlaceOf(header.Intervals) ? ProtectionFault.SidecarTruncated
            : ProtectionFault.None;
    }

    // The name as a C string; a relative one behind the directory that the data file was opened in.
    private static int Resolve(int dataFd, ReadOnlySpan<byte> name, byte* path)
    {
        var directoryBytes = 0;
        if (name[0] != (byte)'/')
        {
            Span<byte> link = stackalloc byte[32];
            "/proc/self/fd/"u8.CopyTo(link);
            _ = System.Buffers.Text.Utf8Formatter.TryFormat(dataFd, link["/proc/self/fd/"u8.Length..], out var digits);
            link["/proc/self/fd/"u8.Length + digits] = 0;
            int bytes;
            fixed (byte* p = link)
            {
                bytes = Libc.ReadLink(p, path, PathBytesMax);
            }

            if (bytes < 0)
            {
                return bytes;
            }

            directoryBytes = new ReadOnlySpan<byte>(path, bytes).LastIndexOf((byte)'/') + 1;
        }

        if (directoryBytes + name.Length >= PathBytesMax)
        {
            return -Errno.ENAMETOOLONG;
        }

        name.CopyTo(new Span<byte>(path + directoryBytes, name.Length));
        path[directoryBytes + name.Length] = 0;
        return 0;
    }
}
