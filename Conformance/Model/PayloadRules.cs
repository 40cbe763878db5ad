using System.Runtime.InteropServices;
using AioV2.Abi;

namespace AioV2.Conformance.Model;

/// <summary>What ATTR-4 and ATTR-7 say of one payload.</summary>
internal static class PayloadRules
{
    private const ulong LastWriteHint = 5;

    /// <summary>The reason to refuse a payload, or none; <paramref name="extended"/> is it at its known size.</summary>
    /// <remarks><paramref name="certain"/> is false where the value may also be reported at run time.</remarks>
    public static uint Check(AttrInfo info, ReadOnlySpan<byte> payload, out byte[] extended, out bool certain)
    {
        certain = true;
        extended = new byte[info.InSize];
        if (payload.Length < info.InFirstSize)
        {
            return Aio2Reason.PayloadTooShort;
        }

        if (payload.Length > info.InSize && payload[info.InSize..].ContainsAnyExcept((byte)0))
        {
            return Aio2Reason.PayloadTooLong;
        }

        payload[..Math.Min(payload.Length, info.InSize)].CopyTo(extended);
        return Value(info.Type, extended, out certain) ? Aio2Reason.None : Aio2Reason.PayloadValue;
    }

    private static bool Value(ushort type, byte[] payload, out bool certain)
    {
        certain = true;
        switch (type)
        {
            case Aio2AttrType.Ioprio:
                var ioprio = MemoryMarshal.Read<Aio2AttrIoprio>(payload);
                if (ioprio.Reserved0 != 0 || ioprio.Reserved1 != 0)
                {
                    return false;
                }

                certain = false;
                // Linux refuses class 0 with a level; bits above the level are hints since 6.5.
                return ioprio.Ioprio == 0 || (ioprio.Ioprio >> 13 is >= 1 and <= 3 && (ioprio.Ioprio & 0x1fff) <= 7);
            case Aio2AttrType.WriteHint:
                return MemoryMarshal.Read<ulong>(payload) <= LastWriteHint;
            case Aio2AttrType.Checksum:
                var checksum = MemoryMarshal.Read<Aio2AttrChecksum>(payload);
                return checksum.Algorithm is >= 1 and <= Aio2Checksum.Last && checksum.Reserved == 0;
            case Aio2AttrType.Pi:
                var pi = MemoryMarshal.Read<Aio2AttrPi>(payload);
                certain = false;
                return (pi.Flags & ~Aio2PiFlags.Known) == 0 && pi.Reserved == 0;
            default:
                return true;
        }
    }
}
