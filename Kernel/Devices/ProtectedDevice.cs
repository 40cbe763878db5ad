using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using AioV2.Abi;
using AioV2.Attributes.Pi;
using AioV2.Kernel.Linux;

namespace AioV2.Kernel.Devices;

/// <summary>A protected file as its administrator sees it: formats, shows and scrubs it (ATTR-8).</summary>
/// <remarks>Errors are <see cref="Aio2Exception"/>s whose message names the files.</remarks>
public sealed unsafe class ProtectedDevice : IDisposable
{
    private readonly int _fd;
    private ProtectedFile _file;

    private ProtectedDevice(string path, string sidecarPath, int fd, in ProtectedFile file)
    {
        Path = path;
        SidecarPath = sidecarPath;
        _fd = fd;
        _file = file;
    }

    /// <summary>The data file, as it was named.</summary>
    public string Path { get; }

    /// <summary>Where its sidecar is.</summary>
    public string SidecarPath { get; }

    /// <summary>The format.</summary>
    public PiFormat Format => _file.Format;

    /// <summary>Intervals of the device.</summary>
    public ulong Intervals => _file.Intervals;

    /// <summary>The id that mark and sidecar share.</summary>
    public UInt128 Id => _file.Sidecar.Header.Id;

    /// <summary>Bytes of the sidecar's header: the first record begins there.</summary>
    public static int SidecarHeaderBytes => SidecarHeader.Bytes;

    /// <summary>Bytes of the sidecar that belong to an interval: its metadata and the seal.</summary>
    public int RecordBytes => _file.Sidecar.RecordBytes;

    /// <summary>Opens a protected file for reading.</summary>
    /// <exception cref="Aio2Exception">It cannot be opened, or the pair is not sound.</exception>
    public static ProtectedDevice Open(string path)
    {
        var fd = Require(Libc.Open(path, Libc.O_RDONLY | Libc.O_CLOEXEC), path);
        var sidecar = SidecarOf(fd);
        var fault = ProtectedFile.Open(fd, writable: false, out var file, out var error);
        if (fault == ProtectionFault.None)
        {
            return new ProtectedDevice(path, sidecar, fd, file);
        }

        _ = Libc.Close(fd);
        var why = fault == ProtectionFault.SidecarUnreachable ? $": {Errno.TextOf(-error) ?? $"errno {-error}"}" : "";
        throw new Aio2Exception(-error, fault.Describe(path, sidecar) + why);
    }

    /// <summary>Where the sidecar of a marked file should be, whatever is there.</summary>
    /// <exception cref="Aio2Exception">The file cannot be opened or has no mark of a known format.</exception>
    public static string SidecarPathOf(string path)
    {
        var fd = Require(Libc.Open(path, Libc.O_RDONLY | Libc.O_CLOEXEC), path);
        try
        {
            Span<byte> buffer = stackalloc byte[ProtectionMark.BytesMax];
            return ProtectionMark.Read(fd, buffer, out _, out var name) switch
            {
                MarkState.Known => Sidecar.PathOf(fd, name),
                MarkState.Unknown => throw new Aio2Exception(Errno.EINVAL, ProtectionFault.UnknownFormat.Describe(path, "")),
                _ => throw new Aio2Exception(Errno.EINVAL, ProtectionFault.NotProtected.Describe(path, "")),
            };
        }
        finally
        {
            _ = Libc.Close(fd);
        }
    }

    /// <summary>Protects a file: what it holds stays, it grows to its size with zeroes, and tuples are made for all of it.</summary>
    /// <remarks>The sidecar is made under another name, durable, and renamed; the mark comes last. A crash leaves either an
    /// ordinary file or a protected one; where tuples are given up by force, a crash may leave a file that says that its sidecar is
    /// foreign. A failure leaves the file as it was, or none. Nobody else may use the file meanwhile.</remarks>
    /// <param name="path">The data file; made if it does not exist.</param>
    /// <param name="bytes">Size of the device, a multiple of the interval.</param>
    /// <param name="format">The format.</param>
    /// <param name="force">Also where the file is protected already; its present tuples are lost.</param>
    /// <exception cref="Aio2Exception">It cannot be done; the message says why.</exception>
    public static ProtectedDevice Create(string path, long bytes, PiFormat format, bool force)
    {
        if (bytes <= 0 || bytes % format.IntervalBytes != 0 || (ulong)(bytes / format.IntervalBytes) > SidecarHeader.IntervalsMax)
        {
            throw new Aio2Exception(Errno.EINVAL, $"the size of {path} must be a multiple of the interval of {format.IntervalBytes} bytes, and not 0");
        }

        var fd = Libc.Open(path, Libc.O_RDWR | Libc.O_CLOEXEC);
        var isNew = fd == -Errno.ENOENT;
        fd = Require(isNew ? Libc.Open(path, Libc.O_RDWR | Libc.O_CREAT | Libc.O_CLOEXEC, 0b110_110_110) : fd, path);
        try
        {
            Protect(path, fd, bytes, format, force);
        }
        catch when (isNew)
        {
            File.Delete(RealPath(fd));
            throw;
        }
        finally
        {
            _ = Libc.Close(fd);
        }

        return Open(path);
    }

    /// <summary>Looks at every interval: guard, seal, and with type 1 the reference tag, but not the tags that only a writer
    /// knows. Readers and writers may be at work meanwhile.</summary>
    /// <param name="bad">Told of each bad interval, in order.</param>
    /// <param name="progress">Told from time to time how many intervals were looked at.</param>
    /// <param name="stop">Ends it early.</param>
    /// <returns>Bad intervals.</returns>
    /// <exception cref="Aio2Exception">Data or records cannot be read.</exception>
    public ulong Scrub(Action<BadInterval>? bad = null, Action<ulong>? progress = null, CancellationToken stop = default)
    {
        ulong count = 0;
        var block = new ProtectedBlock(Format, Intervals);
        try
        {
            for (ulong first = 0; first < Intervals; first += (ulong)block.Capacity)
            {
                stop.ThrowIfCancellationRequested();
                var piece = (int)Math.Min((ulong)block.Capacity, Intervals - first);
                var error = _file.Read(first, piece, block);
                if (error != 0)
                {
                    throw new Aio2Exception(-error, error == -Errno.EUCLEAN
                        ? $"{Path} or {SidecarPath} was truncated" : $"reading {Path} or {SidecarPath}: {Errno.NameOf(-error)}");
                }

                count += ScrubBlock(first, piece, block, bad);
                progress?.Invoke(first + (ulong)piece);
            }
        }
        finally
        {
            block.Free();
        }

        return count;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_file.Sidecar.Fd >= 0)
        {
            _file.Close();
            _ = Libc.Close(_fd);
        }
    }

    private ulong ScrubBlock(ulong first, int count, in ProtectedBlock block, Action<BadInterval>? bad)
    {
        ulong found = 0;
        var checks = (ushort)(Aio2PiFlags.CheckGuard | (Format.Type == PiType.Type1 ? Aio2PiFlags.CheckReftag : 0));
        for (var i = 0; i < count; i++)
        {
            var at = first + (ulong)i;
            var data = new ReadOnlySpan<byte>(block.Data + ((long)i * Format.IntervalBytes), Format.IntervalBytes);
            var metadata = new ReadOnlySpan<byte>(block.Metadata + ((long)i * Format.MetadataBytes), Format.MetadataBytes);
            var one = block;
            one.Records += (long)i * RecordBytes;
            if (!T10Pi.Verify(Format, data, metadata, checks, _file.OwnSeed(at), 0, out var mismatch))
            {
                bad?.Invoke(new BadInterval(at, mismatch.Check, mismatch.Expected, mismatch.Found));
                found++;
            }
            else if (_file.FindBrokenSeal(at, 1, one, out var expected, out var sealFound) == 0)
            {
                bad?.Invoke(new BadInterval(at, Aio2PiCheck.Seal, expected, sealFound));
                found++;
            }
        }

        return found;
    }

    private static void Protect(string path, int fd, long bytes, PiFormat format, bool force)
    {
        var name = System.IO.Path.GetFileName(RealPath(fd)) + ".pi";
        var target = Sidecar.PathOf(fd, Encoding.UTF8.GetBytes(name));
        RequireSidecarOrNothing(target);
        var before = Prepare(path, fd, bytes, force);
        try
        {
            var id = BinaryPrimitives.ReadUInt128LittleEndian(RandomNumberGenerator.GetBytes(16));
            MakeSidecar(path, fd, target, new SidecarHeader(id, format, (ulong)(bytes / format.IntervalBytes)));
            Mark(path, fd, target, new ProtectionMark(id, format).ToBytes(name), force);
        }
        catch
        {
            // It has only grown by zeroes.
            _ = Libc.Ftruncate(fd, before);
            throw;
        }
    }

    private static void Mark(string path, int fd, string sidecar, byte[] mark, bool force)
    {
        var error = Libc.SetXattr(fd, ProtectionMark.XattrName, mark);
        if (error != 0 && !force)
        {
            File.Delete(sidecar);
        }

        Require(error, $"setting user.aio2.pi of {path}");
        Require(Libc.Fsync(fd), path);
    }

    // The size before.
    private static long Prepare(string path, int fd, long bytes, bool force)
    {
        Span<byte> buffer = stackalloc byte[ProtectionMark.BytesMax];
        if (Libc.GetXattr(fd, ProtectionMark.XattrName, buffer) == -Errno.EOPNOTSUPP)
        {
            throw new Aio2Exception(Errno.EOPNOTSUPP, $"{path} cannot be protected: it can have no user.aio2.pi where it is");
        }

        if (!force && ProtectionMark.Read(fd, buffer, out _, out _) != MarkState.None)
        {
            throw new Aio2Exception(Errno.EEXIST, $"{path} is protected already; to give up its present tuples, force it");
        }

        Require(Libc.Statx(fd, Statx.BasicStats, out var stat), path);
        if ((stat.Mode & Statx.TypeMask) != Statx.Regular)
        {
            throw new Aio2Exception(Errno.EINVAL, $"{path} is not a regular file");
        }

        if (stat.Size > bytes)
        {
            throw new Aio2Exception(Errno.EINVAL, $"{path} has {stat.Size} bytes: a size of {bytes} would cut it off");
        }

        // Blocks now, so that no later write can fail between data and tuples for want of them.
        var room = Libc.Fallocate(fd, 0, 0, bytes);
        room = room == -Errno.EOPNOTSUPP ? Libc.Ftruncate(fd, bytes) : room;
        if (room != 0)
        {
            _ = Libc.Ftruncate(fd, stat.Size);
        }

        Require(room, path);
        return stat.Size;
    }

    private static void MakeSidecar(string path, int dataFd, string target, SidecarHeader header)
    {
        var draft = $"{target}.{header.Id:x32}";
        var file = new ProtectedFile { DataFd = dataFd };
        file.Sidecar.Header = header;
        file.Sidecar.Fd = Require(Libc.Open(draft, Libc.O_RDWR | Libc.O_CREAT | Libc.O_EXCL | Libc.O_CLOEXEC, 0b110_110_110), draft);
        try
        {
            Fill(path, draft, file);
            Require(Libc.Fsync(file.Sidecar.Fd), draft);
            File.Move(draft, target, overwrite: true);
        }
        catch
        {
            File.Delete(draft);
            throw;
        }
        finally
        {
            file.Close();
        }
    }

    // Header and a record for each interval, from the data that is there.
    private static void Fill(string path, string draft, in ProtectedFile file)
    {
        var page = stackalloc byte[SidecarHeader.Bytes];
        file.Sidecar.Header.Write(new Span<byte>(page, SidecarHeader.Bytes));
        if (FileTransfer.Write(file.Sidecar.Fd, page, SidecarHeader.Bytes, 0, 0) != SidecarHeader.Bytes)
        {
            throw new Aio2Exception(Errno.EIO, $"{draft} cannot be written");
        }

        var block = new ProtectedBlock(file.Format, file.Intervals);
        try
        {
            for (ulong first = 0; first < file.Intervals; first += (ulong)block.Capacity)
            {
                var piece = (int)Math.Min((ulong)block.Capacity, file.Intervals - first);
                var data = block.DataOf(file.Format, piece);
                if (FileTransfer.Read(file.DataFd, block.Data, data.Length, (long)first * file.Format.IntervalBytes, 0) != data.Length)
                {
                    throw new Aio2Exception(Errno.EIO, $"{path} cannot be read");
                }

                var metadata = block.MetadataOf(file.Format, piece);
                metadata.Clear();
                T10Pi.Generate(file.Format, data, metadata, file.OwnSeed(first), appTag: 0);
                if (file.WriteRecords(first, piece, block) != piece)
                {
                    throw new Aio2Exception(Errno.ENOSPC, $"{draft} cannot be written");
                }
            }
        }
        finally
        {
            block.Free();
        }
    }

    // What stands in the way is overwritten only if it is a sidecar.
    private static void RequireSidecarOrNothing(string path)
    {
        if (!File.Exists(path))
        {
            return;
        }

        using var stream = File.OpenRead(path);
        var start = new byte[16];
        if (!SidecarHeader.HasMagic(start.AsSpan(0, stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false))))
        {
            throw new Aio2Exception(Errno.EEXIST, $"{path} exists and is no sidecar: it would be overwritten");
        }
    }

    private static string SidecarOf(int fd)
    {
        Span<byte> buffer = stackalloc byte[ProtectionMark.BytesMax];
        return ProtectionMark.Read(fd, buffer, out _, out var name) == MarkState.Known ? Sidecar.PathOf(fd, name) : "";
    }

    // A link's target: the sidecar lies beside the file itself.
    private static string RealPath(int fd) => new FileInfo($"/proc/self/fd/{fd}").LinkTarget!;

    private static int Require(int result, string what) => result >= 0
        ? result
        : throw new Aio2Exception(-result, $"{what}: {Errno.TextOf(-result) ?? $"errno {-result}"}");
}
