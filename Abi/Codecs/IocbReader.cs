using System.Runtime.CompilerServices;

namespace AioV2.Abi.Codecs;

/// <summary>A view of one iocb; nothing is copied.</summary>
/// <remarks><code>
///  0      4     6      8           16   20        24     32    40       48      bytes
///  +------+-----+------+-----------+----+---------+------+-----+--------+--- - - -+
///  | bytes|flags|opcode| user_data | fd | rw_flags| addr | len | offset | attributes
///  +------+-----+------+-----------+----+---------+------+-----+--------+--- - - -+
/// </code></remarks>
public readonly ref struct IocbReader
{
    private readonly ReadOnlySpan<byte> _record;

    private IocbReader(ReadOnlySpan<byte> record) => _record = record;

    /// <summary>Opens the record that <paramref name="run"/> starts with (SUBMIT-3).</summary>
    /// <returns>Too short, unaligned, truncated or too long, at offset 0; the view is usable only without an error.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RecordError Open(ReadOnlySpan<byte> run, out IocbReader iocb)
    {
        iocb = default;
        uint reason = Framing(run);
        if (reason != Aio2Reason.None)
        {
            return new RecordError(reason, Iocb2.At.Bytes);
        }

        iocb = new IocbReader(run.Slice(0, (int)RecordBytes.Load<uint>(run, Iocb2.At.Bytes)));
        return default;
    }

    /// <summary>The whole record.</summary>
    public ReadOnlySpan<byte> Record => _record;

    /// <summary>Bytes of the whole record.</summary>
    public int Bytes => _record.Length;

    /// <summary><see cref="Aio2IocbFlags"/>.</summary>
    public ushort Flags => RecordBytes.Load<ushort>(_record, Iocb2.At.Flags);

    /// <summary><see cref="Aio2Op"/>.</summary>
    public ushort Opcode => RecordBytes.Load<ushort>(_record, Iocb2.At.Opcode);

    /// <summary>Returned in every event.</summary>
    public ulong UserData => RecordBytes.Load<ulong>(_record, Iocb2.At.UserData);

    /// <summary>Descriptor.</summary>
    public int Fd => RecordBytes.Load<int>(_record, Iocb2.At.Fd);

    /// <summary><see cref="Aio2Rwf"/>.</summary>
    public uint RwFlags => RecordBytes.Load<uint>(_record, Iocb2.At.RwFlags);

    /// <summary>Buffer, segments or arguments.</summary>
    public ulong Addr => RecordBytes.Load<ulong>(_record, Iocb2.At.Addr);

    /// <summary>Bytes, segments, or POLL's mask.</summary>
    public ulong Len => RecordBytes.Load<ulong>(_record, Iocb2.At.Len);

    /// <summary>File offset; -1 is the file position.</summary>
    public long Offset => RecordBytes.Load<long>(_record, Iocb2.At.Offset);

    /// <summary>The fixed part, copied.</summary>
    public Iocb2 Fixed => RecordBytes.Load<Iocb2>(_record, 0);

    /// <summary>The attributes, unparsed.</summary>
    public ReadOnlySpan<byte> AttributeBytes => _record.Slice(Iocb2.SizeOf);

    /// <summary>The attributes; offsets count from the start of the iocb.</summary>
    public AttributeReader Attributes => new(AttributeBytes);

    /// <summary>Checks the framing of all attributes, then that none comes twice (ATTR-1, ATTR-5).</summary>
    public RecordError CheckAttributes()
    {
        RecordError error = AttributeFraming.Check(AttributeBytes, Iocb2.SizeOf);
        return error.IsError ? error : AttributeFraming.CheckTwice(AttributeBytes, Iocb2.SizeOf);
    }

    private static uint Framing(ReadOnlySpan<byte> run)
    {
        if (run.Length < sizeof(uint))
        {
            return Aio2Reason.RecordTruncated;
        }

        uint bytes = RecordBytes.Load<uint>(run, Iocb2.At.Bytes);
        return bytes < Iocb2.SizeOf ? Aio2Reason.RecordTooShort
            : bytes % Aio2.Align != 0 ? Aio2Reason.RecordUnaligned
            : bytes > (uint)run.Length ? Aio2Reason.RecordTruncated
            : bytes > Aio2.IocbMax ? Aio2Reason.RecordTooLong
            : Aio2Reason.None;
    }
}
