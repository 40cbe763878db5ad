using System.Collections.Concurrent;
using AioV2.Abi;
using AioV2.Abi.Calls;
using AioV2.Conformance.World;

namespace AioV2.Conformance.Mutants;

/// <summary>Mistakes of io_cancel2 and io_list2.</summary>
internal static unsafe class CancelMutants
{
    public static IReadOnlyList<Mutant> All { get; } =
    [
        Cancels("says 0 where nothing matches", ["CANCEL-1"], inner => (ctx, userData, flags) => inner.Cancel(ctx, userData, flags) is var result && result == -Errno.ENOENT ? 0 : result),
        Cancels("cancels all that match", ["CANCEL-1"], inner => (ctx, userData, flags) => inner.Cancel(ctx, userData, flags | Aio2Cancel.All)),
        new("cancels the newest first", MutantKind.Answer, ["CANCEL-1"], NewestFirst),
        new("gives no event for what was cancelled", MutantKind.Answer, ["CANCEL-1", "RING-6"], inner => new Altered(inner) { OnGet = Swallows(inner) }),
        new("gives two events for what was cancelled", MutantKind.Answer, ["CANCEL-1", "RING-6"], inner => new Altered(inner) { OnGet = (ctx, events, bytes, min, wait, flags) => Cancelled(inner.GetEvents(ctx, events, bytes, min, wait, flags), (byte*)events, 2, bytes) }),
        Lists("does not show what can be cancelled", ["CANCEL-2", "LIST-1"], (_, result, buffer) => Each(result, buffer, r => r->Flags = 0)),
        Lists("shows no attributes of the iocb", ["LIST-1"], (_, result, buffer) => Each(result, buffer, r => new Span<byte>((byte*)(r + 1) + Iocb2.SizeOf, (int)r->Bytes - Aio2Request.SizeOf - Iocb2.SizeOf).Clear())),
        Lists("says 0 where the next record does not fit", ["LIST-1"], (_, result, _) => result == -Errno.EMSGSIZE ? 0 : result),
        new("shows a request again where the walk is broken off", MutantKind.Answer, ["LIST-1"], Again),
    ];

    private delegate long ListAfter(ulong* cursor, long result, byte* buffer);

    private delegate void RequestChange(Aio2Request* request);

    private static Mutant Cancels(string name, string[] requirements, Func<IAio2, CancelCall> body) =>
        new(name, MutantKind.Answer, requirements, inner => new Altered(inner) { OnCancel = body(inner) });

    private static Mutant Lists(string name, string[] requirements, ListAfter change) => new(name, MutantKind.Answer, requirements, inner => new Altered(inner)
    {
        OnList = (ctx, cursor, buffer, bytes) => inner.List(ctx, cursor, buffer, bytes) is var result && result is >= 0 or -Errno.EMSGSIZE ? change(cursor, result, (byte*)buffer) : result,
    });

    private static long Each(long result, byte* buffer, RequestChange change)
    {
        foreach (var (at, _) in EventRun.Of(buffer, result))
        {
            change((Aio2Request*)(buffer + at));
        }

        return result;
    }

    // Events with -ECANCELED come so many times.
    private static long Cancelled(long result, byte* events, int times, nuint room)
    {
        var kept = new List<byte>();
        foreach (var (at, length) in EventRun.Of(events, result))
        {
            var record = new ReadOnlySpan<byte>(events + at, length);
            for (int i = ((IoEvent2*)(events + at))->Res == -Errno.ECANCELED ? times : 1; i > 0 && kept.Count + length <= (int)room; i--)
            {
                kept.AddRange(record);
            }
        }

        kept.ToArray().CopyTo(new Span<byte>(events, kept.Count));
        return result > 0 ? kept.Count : result;
    }

    private static GetEventsCall Swallows(IAio2 inner) => (ctx, events, bytes, min, wait, flags) =>
    {
        long result;
        long kept;
        do
        {
            result = inner.GetEvents(ctx, events, bytes, min, wait, flags);
            kept = Cancelled(result, (byte*)events, 0, bytes);
        }
        while (result > 0 && kept == 0);
        return kept;
    };

    private static Altered NewestFirst(IAio2 inner)
    {
        var submitted = new ConcurrentStack<(uint Ctx, ulong UserData, int Fd)>();
        return new Altered(inner)
        {
            OnSubmit = (ctx, iocbs, bytes, ext) =>
            {
                long result = inner.Submit(ctx, iocbs, bytes, ext);
                foreach (var (at, _) in EventRun.Of(iocbs, result))
                {
                    submitted.Push((ctx, ((Iocb2*)((byte*)iocbs + at))->UserData, ((Iocb2*)((byte*)iocbs + at))->Fd));
                }

                return result;
            },
            OnCancel = (ctx, userData, flags) =>
            {
                foreach (var (_, _, fd) in submitted.Where(s => flags == 0 && s.Ctx == ctx && s.UserData == userData && s.Fd >= WorldLayout.PipeRead))
                {
                    if (inner.Cancel(ctx, (ulong)fd, Aio2Cancel.Fd) is > 0 and var told)
                    {
                        return told;
                    }
                }

                return inner.Cancel(ctx, userData, flags);
            },
        };
    }

    private static Altered Again(IAio2 inner)
    {
        var broken = new ConcurrentDictionary<uint, bool>();
        return new Altered(inner)
        {
            OnList = (ctx, cursor, buffer, bytes) =>
            {
                if (WorldLayout.SurelyBad((ulong)cursor))
                {
                    return inner.List(ctx, cursor, buffer, bytes);
                }

                ulong before = *cursor;
                long result = inner.List(ctx, cursor, buffer, bytes);
                if (result > 0 && *cursor != 0 && broken.TryAdd(ctx, true))
                {
                    *cursor = before;
                }

                return result;
            },
        };
    }
}
