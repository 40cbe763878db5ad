using System.Runtime.CompilerServices;

namespace AioV2.Abi.Codecs;

/// <summary>The rules that a run of attributes keeps, whatever their types (ATTR-1, ATTR-5).</summary>
/// <remarks><code>
///  0       4      6      8                    bytes        padded
///  +-------+------+------+--------- - - ---------+-----------+----
///  | bytes | type | flags|        payload        | 0 … 0     | next
///  +-------+------+------+--------- - - ---------+-----------+----
/// </code><c>bytes</c> excludes the padding, which is zero and goes up to a multiple of 8.</remarks>
public static class AttributeFraming
{
    /// <summary>Types below this are looked up in one word.</summary>
    private const int SmallTypes = 64;

    /// <summary>Words of a bit map of all types.</summary>
    private const int TypeWords = 65536 / 64;

    /// <summary>Checks every attribute's framing, reading no payload (ATTR-1).</summary>
    /// <param name="attributes">What follows the fixed part of an iocb, up to its <c>bytes</c>.</param>
    /// <param name="baseOffset">Added to the offset of an error.</param>
    /// <param name="count">Attributes found, up to the error if there is one.</param>
    /// <returns>The first error: too short, truncated, padding, unknown flag or type 0, with the offset of the attribute's head.</returns>
    public static RecordError Check(ReadOnlySpan<byte> attributes, int baseOffset, out int count)
    {
        count = 0;
        int at = 0;
        while (at != attributes.Length)
        {
            ReadOnlySpan<byte> rest = attributes.Slice(at);
            uint reason = CheckFirst(rest, out int padded);
            if (reason != Aio2Reason.None)
            {
                return new RecordError(reason, baseOffset + at);
            }

            at += padded;
            count++;
        }

        return default;
    }

    /// <inheritdoc cref="Check(ReadOnlySpan{byte}, int, out int)"/>
    public static RecordError Check(ReadOnlySpan<byte> attributes, int baseOffset = 0) => Check(attributes, baseOffset, out _);

    /// <summary>Finds the first attribute whose type stood before (ATTR-5).</summary>
    /// <param name="attributes">A run that <see cref="Check(ReadOnlySpan{byte}, int, out int)"/> has passed.</param>
    /// <param name="baseOffset">Added to the offset of an error.</param>
    public static RecordError CheckTwice(ReadOnlySpan<byte> attributes, int baseOffset = 0)
    {
        ulong seen = 0;
        for (int at = 0; Aio2Attr.SizeOf <= attributes.Length - at; at += PaddedAt(attributes, at))
        {
            int type = RecordBytes.Load<ushort>(attributes, at + Aio2Attr.At.Type);
            if (type >= SmallTypes)
            {
                return CheckTwiceAllTypes(attributes, baseOffset);
            }

            if ((seen >> type & 1) != 0)
            {
                return new RecordError(Aio2Reason.AttrTwice, baseOffset + at);
            }

            seen |= 1ul << type;
        }

        return default;
    }

    /// <summary>Checks the attribute that a run starts with; <paramref name="padded"/> is where the next one starts.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static uint CheckFirst(ReadOnlySpan<byte> run, out int padded)
    {
        padded = 0;
        if (run.Length < Aio2Attr.SizeOf)
        {
            return Aio2Reason.AttrTooShort;
        }

        uint bytes = RecordBytes.Load<uint>(run, Aio2Attr.At.Bytes);
        if (bytes < Aio2Attr.SizeOf)
        {
            return Aio2Reason.AttrTooShort;
        }

        // Unsigned, so that no value of bytes is negative; and the padding belongs to the record too.
        if (bytes > (uint)run.Length || RecordBytes.Padded((int)bytes) > run.Length)
        {
            return Aio2Reason.AttrTruncated;
        }

        padded = RecordBytes.Padded((int)bytes);
        if (padded != (int)bytes && !RecordBytes.AllZero(run.Slice((int)bytes, padded - (int)bytes)))
        {
            return Aio2Reason.AttrPadding;
        }

        if ((RecordBytes.Load<ushort>(run, Aio2Attr.At.Flags) & ~Aio2AttrFlags.Known) != 0)
        {
            return Aio2Reason.AttrFlagsUnknown;
        }

        return RecordBytes.Load<ushort>(run, Aio2Attr.At.Type) == 0 ? Aio2Reason.AttrTypeZero : Aio2Reason.None;
    }

    // A bit for each of the 65 536 types: linear, where comparing all pairs of 500 attributes would not be.
    private static RecordError CheckTwiceAllTypes(ReadOnlySpan<byte> attributes, int baseOffset)
    {
        Span<ulong> seen = stackalloc ulong[TypeWords];
        seen.Clear();
        for (int at = 0; Aio2Attr.SizeOf <= attributes.Length - at; at += PaddedAt(attributes, at))
        {
            int type = RecordBytes.Load<ushort>(attributes, at + Aio2Attr.At.Type);
            if ((seen[type >> 6] >> type & 1) != 0)
            {
                return new RecordError(Aio2Reason.AttrTwice, baseOffset + at);
            }

            seen[type >> 6] |= 1ul << type;
        }

        return default;
    }

    // The step to the next head. Never 0 and never past the end, also in a run that was not checked.
    private static int PaddedAt(ReadOnlySpan<byte> attributes, int at)
    {
        uint bytes = RecordBytes.Load<uint>(attributes, at + Aio2Attr.At.Bytes);
        int rest = attributes.Length - at;
        return bytes < Aio2Attr.SizeOf || bytes > (uint)rest ? rest : Math.Min(RecordBytes.Padded((int)bytes), rest);
    }
}
