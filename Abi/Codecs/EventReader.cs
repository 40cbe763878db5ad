using System.Runtime.CompilerServices;

namespace AioV2.Abi.Codecs;

/// <summary>A view of one event; nothing is copied.</summary>
/// <remarks><code>
///  0      4      6      8             16            24       bytes
///  +------+------+------+-------------+-------------+--- - - -+
///  | bytes|flags | rsv  |  user_data  |     res     | returns
///  +------+------+------+-------------+-------------+--- - - -+
/// </code><c>bytes</c> counts the whole record and is a multiple of 8 (RING-3).</remarks>
public readonly ref struct EventReader
{
    private readonly ReadOnlySpan<byte> _record;

    private EventReader(ReadOnlySpan<byte> record) => _record = record;

    /// <summary>Opens the event that <paramref name="run"/> starts with.</summary>
    /// <returns>Too short, unaligned or truncated, at offset 0; a PAD, which is not an event, is a flag at offset 4. The view is
    /// usable only without an error.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RecordError Open(ReadOnlySpan<byte> run, out EventReader reader)
    {
        if (run.Length >= IoEvent2.SizeOf)
        {
            uint bytes = RecordBytes.Load<uint>(run, IoEvent2.At.Bytes);
            if (bytes >= IoEvent2.SizeOf && bytes <= (uint)run.Length && bytes % Aio2.Align == 0
                && (RecordBytes.Load<ushort>(run, IoEvent2.At.Flags) & Aio2EventFlags.Pad) == 0)
            {
                reader = new EventReader(run.Slice(0, (int)bytes));
                return default;
            }
        }

        reader = default;
        return Refusal(run);
    }

    /// <summary>The whole record.</summary>
    public ReadOnlySpan<byte> Record => _record;

    /// <summary>Bytes of the whole record.</summary>
    public int Bytes => _record.Length;

    /// <summary><see cref="Aio2EventFlags"/>.</summary>
    public ushort Flags => RecordBytes.Load<ushort>(_record, IoEvent2.At.Flags);

    /// <summary>The reserved field: zero (ABI-2).</summary>
    public ushort Reserved => RecordBytes.Load<ushort>(_record, IoEvent2.At.Reserved);

    /// <summary>The iocb's user_data.</summary>
    public ulong UserData => RecordBytes.Load<ulong>(_record, IoEvent2.At.UserData);

    /// <summary>Bytes transferred, or <c>-errno</c>.</summary>
    public long Res => RecordBytes.Load<long>(_record, IoEvent2.At.Res);

    /// <summary>Whether this is not the request's last event (RING-6).</summary>
    public bool More => (Flags & Aio2EventFlags.More) != 0;

    /// <summary>The fixed part, copied.</summary>
    public IoEvent2 Fixed => RecordBytes.Load<IoEvent2>(_record, 0);

    /// <summary>The returns, unparsed.</summary>
    public ReadOnlySpan<byte> ReturnBytes => _record.Slice(IoEvent2.SizeOf);

    /// <summary>The returns; offsets count from the start of the event.</summary>
    public ReturnReader Returns => new(ReturnBytes);

    /// <summary>Finds the return of one attribute type.</summary>
    public bool TryGetReturn(ushort type, out AttributeReturn attributeReturn)
    {
        ReturnReader returns = Returns;
        while (returns.TryNext(out attributeReturn))
        {
            if (attributeReturn.Type == type)
            {
                return true;
            }
        }

        return false;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static RecordError Refusal(ReadOnlySpan<byte> run)
    {
        if (run.Length < sizeof(ulong))
        {
            return new RecordError(Aio2Reason.RecordTruncated, IoEvent2.At.Bytes);
        }

        // PAD first: of a pad only eight bytes exist.
        if ((RecordBytes.Load<ushort>(run, IoEvent2.At.Flags) & Aio2EventFlags.Pad) != 0)
        {
            return new RecordError(Aio2Reason.FlagsUnknown, IoEvent2.At.Flags);
        }

        uint bytes = RecordBytes.Load<uint>(run, IoEvent2.At.Bytes);
        return new RecordError(
            bytes < IoEvent2.SizeOf ? Aio2Reason.RecordTooShort
                : bytes % Aio2.Align != 0 ? Aio2Reason.RecordUnaligned
                : Aio2Reason.RecordTruncated,
            IoEvent2.At.Bytes);
    }
}
