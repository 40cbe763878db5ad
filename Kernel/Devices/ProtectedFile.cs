using System.Buffers.Binary;
using AioV2.Abi;
using AioV2.Attributes.Pi;
using AioV2.Kernel.Linux;

namespace AioV2.Kernel.Devices;

/// <summary>The device of ATTR-8: a data file and its sidecar, open for one request.</summary>
/// <remarks>
/// <para>Its size was fixed when it was formatted, as a disk's is. Data and records of a run of intervals are moved under one
/// lock of their range, so that no reader meets one without the other.</para>
/// <para>A write stores the data first, then the records. What a crash leaves of an interval is old data with the old tuple,
/// new with new, or a mixture that the guard or the seal gives away. If the data cannot be written at all, the old pair stands.</para></remarks>
internal unsafe struct ProtectedFile
{
    /// <summary>The data file; not owned.</summary>
    public int DataFd;

    /// <summary>The sidecar; owned.</summary>
    public Sidecar Sidecar;

    public readonly PiFormat Format => Sidecar.Header.Format;

    /// <summary>Intervals of the device.</summary>
    public readonly ulong Intervals => Sidecar.Header.Intervals;

    /// <summary>Opens the device behind a data file.</summary>
    /// <param name="dataFd">Stays the caller's.</param>
    /// <param name="writable">Whether anything is to be written.</param>
    /// <param name="file">The device.</param>
    /// <param name="error">0 or <c>-errno</c>.</param>
    public static ProtectionFault Open(int dataFd, bool writable, out ProtectedFile file, out int error)
    {
        Span<byte> buffer = stackalloc byte[ProtectionMark.BytesMax];
        file = default;
        file.DataFd = dataFd;
        file.Sidecar.Fd = -1;
        var state = ProtectionMark.Read(dataFd, buffer, out var mark, out var name);
        if (state != MarkState.Known)
        {
            var unfit = state == MarkState.None ? ProtectionFault.NotProtected : ProtectionFault.UnknownFormat;
            error = unfit.ToErrno();
            return unfit;
        }

        var fault = Sidecar.Open(dataFd, mark, name, writable, out file.Sidecar, out error);
        if (fault != ProtectionFault.None)
        {
            return fault;
        }

        if (Libc.Statx(dataFd, Statx.BasicStats, out var stat) != 0
            || (ulong)stat.Size / (ulong)file.Format.IntervalBytes < file.Intervals)
        {
            file.Close();
            error = -Errno.EUCLEAN;
            return ProtectionFault.DataTruncated;
        }

        return ProtectionFault.None;
    }

    /// <summary>Closes the sidecar; its locks are gone with it.</summary>
    public void Close()
    {
        if (Sidecar.Fd >= 0)
        {
            _ = Libc.Close(Sidecar.Fd);
            Sidecar.Fd = -1;
        }
    }

    /// <summary>Reference tag of an interval as the device has it where nobody chose another: its address, 0 for type 3.</summary>
    public readonly ulong OwnSeed(ulong interval) => Format.Type == PiType.Type3 ? 0 : interval;

    /// <summary>Reads data and records of a run under its lock: 0 or <c>-errno</c>. The metadata is taken out of the records.</summary>
    public readonly int Read(ulong first, int count, in ProtectedBlock block)
    {
        var error = Lock(Libc.F_RDLCK, first, count);
        if (error != 0)
        {
            return error;
        }

        long dataBytes = (long)count * Format.IntervalBytes, recordsBytes = (long)count * Sidecar.RecordBytes;
        var data = FileTransfer.Read(DataFd, block.Data, dataBytes, (long)first * Format.IntervalBytes, 0);
        var records = FileTransfer.Read(Sidecar.Fd, block.Records, recordsBytes, Sidecar.PlaceOf(first), 0);
        Unlock(first, count);
        if (data < 0 || records < 0)
        {
            return (int)(data < 0 ? data : records);
        }

        if (data != dataBytes || records != recordsBytes)
        {
            return -Errno.EUCLEAN;
        }

        for (var i = 0; i < count; i++)
        {
            new ReadOnlySpan<byte>(block.Records + (i * Sidecar.RecordBytes), Format.MetadataBytes)
                .CopyTo(new Span<byte>(block.Metadata + (i * Format.MetadataBytes), Format.MetadataBytes));
        }

        return 0;
    }

    /// <summary>Writes data and metadata of a run under its lock: the intervals written whole, or <c>-errno</c>.</summary>
    public readonly long Write(ulong first, int count, in ProtectedBlock block, int flags)
    {
        Seal(first, count, block);
        var error = Lock(Libc.F_WRLCK, first, count);
        if (error != 0)
        {
            return error;
        }

        var written = FileTransfer.Write(DataFd, block.Data, (long)count * Format.IntervalBytes, (long)first * Format.IntervalBytes, flags);
        var whole = written < 0 ? written : written / Format.IntervalBytes;
        if (whole > 0)
        {
            var records = FileTransfer.Write(Sidecar.Fd, block.Records, whole * Sidecar.RecordBytes, Sidecar.PlaceOf(first), flags);
            whole = records < 0 ? records : records / Sidecar.RecordBytes;
        }

        Unlock(first, count);
        return whole == 0 ? -Errno.EIO : whole;
    }

    /// <summary>Seals and writes the records alone, where nobody else has the sidecar yet: records written whole, or <c>-errno</c>.</summary>
    public readonly long WriteRecords(ulong first, int count, in ProtectedBlock block)
    {
        Seal(first, count, block);
        var bytes = FileTransfer.Write(Sidecar.Fd, block.Records, (long)count * Sidecar.RecordBytes, Sidecar.PlaceOf(first), 0);
        return bytes < 0 ? bytes : bytes / Sidecar.RecordBytes;
    }

    /// <summary>The first record of a run, as it was read, whose seal is wrong; -1 if there is none.</summary>
    public readonly int FindBrokenSeal(ulong first, int count, in ProtectedBlock block, out ulong expected, out ulong found)
    {
        expected = found = 0;
        for (var i = 0; i < count; i++)
        {
            var record = new ReadOnlySpan<byte>(block.Records + (i * Sidecar.RecordBytes), Sidecar.RecordBytes);
            expected = Sidecar.SealOf(first + (ulong)i, record[..Format.MetadataBytes]);
            found = BinaryPrimitives.ReadUInt64LittleEndian(record[Format.MetadataBytes..]);
            if (expected != found)
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Makes both files durable: 0 or <c>-errno</c>.</summary>
    public readonly int Sync(bool dataOnly)
    {
        var error = dataOnly ? Libc.Fdatasync(DataFd) : Libc.Fsync(DataFd);
        return error != 0 ? error : dataOnly ? Libc.Fdatasync(Sidecar.Fd) : Libc.Fsync(Sidecar.Fd);
    }

    private readonly void Seal(ulong first, int count, in ProtectedBlock block)
    {
        for (var i = 0; i < count; i++)
        {
            var metadata = new ReadOnlySpan<byte>(block.Metadata + (i * Format.MetadataBytes), Format.MetadataBytes);
            var record = new Span<byte>(block.Records + (i * Sidecar.RecordBytes), Sidecar.RecordBytes);
            metadata.CopyTo(record);
            BinaryPrimitives.WriteUInt64LittleEndian(record[Format.MetadataBytes..], Sidecar.SealOf(first + (ulong)i, metadata));
        }
    }

    // The range of the records stands for both files.
    private readonly int Lock(short kind, ulong first, int count) =>
        Libc.LockRange(Sidecar.Fd, kind, Sidecar.PlaceOf(first), (long)count * Sidecar.RecordBytes);

    private readonly void Unlock(ulong first, int count) => _ = Lock(Libc.F_UNLCK, first, count);
}
