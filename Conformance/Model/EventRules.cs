using System.Runtime.InteropServices;
using AioV2.Abi;

namespace AioV2.Conformance.Model;

/// <summary>What one event record may say, given the request that it belongs to.</summary>
internal static class EventRules
{
    /// <summary>What is wrong with an event's own framing, or null.</summary>
    public static Violation? Framing(ReadOnlySpan<byte> rest, uint maxEventBytes)
    {
        if (rest.Length < IoEvent2.SizeOf)
        {
            return new Violation("GET-1", $"{rest.Length} bytes are no whole event");
        }

        var e = MemoryMarshal.Read<IoEvent2>(rest);
        return (e.Flags & Aio2EventFlags.Pad) != 0 ? new Violation("GET-1", "a pad was given to the caller")
            : e.Bytes < IoEvent2.SizeOf || e.Bytes % Aio2.Align != 0 ? new Violation("RING-3", $"an event of {e.Bytes} bytes")
            : e.Bytes > rest.Length ? new Violation("GET-1", $"an event of {e.Bytes} bytes in {rest.Length}")
            : e.Bytes > maxEventBytes ? new Violation("ATTR-6", $"an event of {e.Bytes} bytes, above max_event_bytes {maxEventBytes}")
            : (e.Flags & ~Aio2EventFlags.Known) != 0 || e.Reserved != 0 ? new Violation("ABI-2", $"flags 0x{e.Flags:x}, reserved {e.Reserved}")
            : null;
    }

    /// <summary>What is wrong with an event for this request, or null.</summary>
    public static Violation? Check(ReadOnlySpan<byte> record, ModelRequest request)
    {
        var e = MemoryMarshal.Read<IoEvent2>(record);
        if (e.Res < 0 && record.Length == IoEvent2.SizeOf && request.RefusalErrnos.Exists(r => -r == e.Res))
        {
            return null;
        }

        if ((e.Flags & (Aio2EventFlags.More | Aio2EventFlags.Level)) != 0)
        {
            return Intermediate(record, e, request);
        }

        if (request.Completion == Completion.Blocked && e.Res != -Errno.ECANCELED)
        {
            return new Violation("RING-6", $"{request.Op.Name} completed with {e.Res}, though nothing let it");
        }

        if (!request.Allows(e.Res))
        {
            string requirement = request.Refused ? "SUBMIT-1" : e.Res < 0 ? "SUBMIT-4" : "SUBMIT-7";
            return new Violation(requirement, $"{request.Op.Name} gave {e.Res}; allowed: {Describe(request)}");
        }

        return request.Refused
            ? record.Length == IoEvent2.SizeOf ? null : new Violation("SUBMIT-1", $"a refused record's event has {record.Length} bytes")
            : Returns(record, e, request);
    }

    /// <summary>An edge of MULTI or a reading of LEVEL: of a POLL that asked for it, and without returns, which come once (SUBMIT-8).</summary>
    private static Violation? Intermediate(ReadOnlySpan<byte> record, in IoEvent2 e, ModelRequest request)
    {
        ushort wanted = (e.Flags & Aio2EventFlags.More) != 0 ? Aio2IocbFlags.Multi : Aio2IocbFlags.Level;
        return request.Op.Opcode != Aio2Op.Poll || (request.Flags & wanted) == 0
            ? new Violation("RING-6", $"{request.Op.Name} gave an event with flags 0x{e.Flags:x}, which it did not ask for")
            : e.Res <= 0 ? new Violation("SUBMIT-8", $"an edge or a reading with result {e.Res}")
            : record.Length != IoEvent2.SizeOf ? new Violation("SUBMIT-8", $"an edge or a reading of {record.Length} bytes")
            : null;
    }

    private static Violation? Returns(ReadOnlySpan<byte> record, in IoEvent2 e, ModelRequest request)
    {
        int at = IoEvent2.SizeOf;
        foreach (var expected in request.Returns)
        {
            if (at + Aio2AttrRet.SizeOf > record.Length)
            {
                return new Violation("ATTR-2", $"the return of attribute {expected.Type} is missing");
            }

            var head = MemoryMarshal.Read<Aio2AttrRet>(record[at..]);
            if (head.Type != expected.Type)
            {
                return new Violation("ATTR-2", $"a return of type {head.Type} stands where {expected.Type} belongs");
            }

            int padded = (int)(head.Bytes + 7 & ~7u);
            if (head.Bytes < Aio2AttrRet.SizeOf || padded != expected.Bytes || at + padded > record.Length)
            {
                return new Violation("ATTR-2", $"the return of attribute {expected.Type} has {head.Bytes} bytes, not {expected.Bytes}");
            }

            if (head.Flags != 0 || head.Reserved != 0 || record.Slice(at + (int)head.Bytes, padded - (int)head.Bytes).ContainsAnyExcept((byte)0))
            {
                return new Violation("ABI-2", $"the return of attribute {expected.Type}: flags, reserved or padding is not zero");
            }

            if (ReturnRules.Check(expected, head.Status, record.Slice(at + Aio2AttrRet.SizeOf, (int)head.Bytes - Aio2AttrRet.SizeOf), e.Res) is { } broken)
            {
                return broken;
            }

            at += padded;
        }

        return at == record.Length ? null : new Violation("ATTR-2", $"{record.Length - at} bytes behind the last return");
    }

    private static string Describe(ModelRequest request) =>
        (request.ResultMin <= request.ResultMax ? $"{request.ResultMin} to {request.ResultMax}" : "no result")
        + string.Concat(request.Errnos.Select(e => $", -{e}"));
}
