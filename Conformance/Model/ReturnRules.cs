using System.Runtime.InteropServices;
using AioV2.Abi;

namespace AioV2.Conformance.Model;

/// <summary>What ATTR-2, ATTR-3 and ATTR-7 say of one attribute return.</summary>
internal static class ReturnRules
{
    /// <summary>What is wrong with a return, or null.</summary>
    public static Violation? Check(ExpectedReturn expected, int status, ReadOnlySpan<byte> payload, long result)
    {
        if (!expected.Applies)
        {
            return status == -Errno.EOPNOTSUPP ? null : new Violation("ATTR-3", $"attribute {expected.Type} does not apply, and its status is {status}");
        }

        if (status > 0)
        {
            return new Violation("ATTR-2", $"attribute {expected.Type} has status {status}");
        }

        return status == 0 ? Payload(expected, payload, result) : Failed(expected, status, result);
    }

    private static Violation? Failed(ExpectedReturn expected, int status, long result) => expected.Type switch
    {
        // These need nothing but the request itself; only one that never ran may leave them unhandled.
        Aio2AttrType.TraceId or Aio2AttrType.Timing when result >= 0 =>
            new Violation("ATTR-7", $"attribute {expected.Type} has status {status} on a request that succeeded"),
        Aio2AttrType.Account when result >= 0 && status != -Errno.ENOSPC =>
            new Violation("ATTR-7", $"ACCOUNT has status {status}"),
        _ => null,
    };

    private static Violation? Payload(ExpectedReturn expected, ReadOnlySpan<byte> payload, long result)
    {
        switch (expected.Type)
        {
            case Aio2AttrType.TraceId:
                return payload.SequenceEqual(expected.Payload) ? null : new Violation("ATTR-7", "TRACE_ID came back changed");
            case Aio2AttrType.Timing:
                var t = MemoryMarshal.Read<Aio2RetTiming>(payload);
                return t.Submit != 0 && t.Submit <= t.Complete && (t.Issue == 0 || (t.Submit <= t.Issue && t.Issue <= t.Complete))
                    ? null
                    : new Violation("ATTR-7", $"TIMING runs backwards: submit {t.Submit}, issue {t.Issue}, complete {t.Complete}");
            case Aio2AttrType.Checksum:
                var c = MemoryMarshal.Read<Aio2RetChecksum>(payload);
                var asked = MemoryMarshal.Read<Aio2AttrChecksum>(expected.Payload);
                return c.Algorithm == asked.Algorithm && c.Reserved == 0 && c.Bytes == (ulong)Math.Max(result, 0)
                    ? null
                    : new Violation("ATTR-7", $"CHECKSUM of {c.Bytes} bytes by {c.Algorithm} for a result of {result}");
            case Aio2AttrType.Cache:
                var cache = MemoryMarshal.Read<Aio2RetCache>(payload);
                return cache.State is >= 1 and <= Aio2CacheState.Last && cache.Reserved == 0 && cache.Bytes <= (ulong)Math.Max(result, 0)
                    ? null
                    : new Violation("ATTR-7", $"CACHE says state {cache.State} with {cache.Bytes} bytes of {result}");
            default:
                return null;
        }
    }
}
