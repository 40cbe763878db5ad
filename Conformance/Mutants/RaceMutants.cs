using System.Collections.Concurrent;
using AioV2.Abi;
using AioV2.Abi.Calls;

namespace AioV2.Conformance.Mutants;

/// <summary>Two callers of one call, and neither sees the other; or a caller and a completion.</summary>
internal static unsafe class RaceMutants
{
    private const int WideMs = 2;

    public static IReadOnlyList<Mutant> All { get; } =
    [
        new("gives two callers of io_setup2 the same id", MutantKind.Concurrency, ["SETUP-2"], SameId),
        new("destroys a context for each of two callers", MutantKind.Concurrency, ["DESTROY-1"], DestroysTwice),
        new("gives the last slot to two callers", MutantKind.Concurrency, ["RING-9"], LastSlotTwice),
        new("loses a record where two submit at once", MutantKind.Concurrency, ["RING-6", "RING-9"], LosesRecord),
        new("completes what io_cancel2 came too late for once more", MutantKind.Concurrency, ["CANCEL-1", "RING-6"], inner => LateCancel(inner, twice: true)),
        new("swallows what io_cancel2 came too late for", MutantKind.Concurrency, ["CANCEL-1", "RING-6"], inner => LateCancel(inner, twice: false)),
    ];

    private static Altered SameId(IAio2 inner)
    {
        int inside = 0;
        uint last = 0;
        return new Altered(inner)
        {
            OnSetup = (version, flags, p, size) =>
            {
                bool crowded = Interlocked.Increment(ref inside) > 1;
                long result = inner.Setup(version, flags, p, size);
                if (result == 0)
                {
                    Thread.Sleep(crowded ? WideMs : 0);
                    p->Ctx = crowded && Volatile.Read(ref last) is > 0 and var other ? other : p->Ctx;
                    Volatile.Write(ref last, p->Ctx);
                }

                Interlocked.Decrement(ref inside);
                return result;
            },
        };
    }

    private static Altered DestroysTwice(IAio2 inner)
    {
        var callers = new Crowd();
        return new Altered(inner)
        {
            OnDestroy = ctx =>
            {
                bool first = callers.Enter(ctx) == 1;
                Thread.Sleep(first ? WideMs : 0);
                long result = inner.Destroy(ctx);
                return callers.Leave(ctx) > 1 && result == -Errno.ENXIO ? 0 : result;
            },
        };
    }

    private static Altered LastSlotTwice(IAio2 inner)
    {
        var callers = new Crowd();
        return new Altered(inner)
        {
            OnSubmit = (ctx, iocbs, bytes, ext) =>
            {
                _ = callers.Enter(ctx);
                long result = inner.Submit(ctx, iocbs, bytes, ext);
                Thread.Sleep(result == -Errno.EAGAIN ? WideMs : 0);
                return callers.Leave(ctx) > 1 && result == -Errno.EAGAIN ? (long)bytes : result;
            },
        };
    }

    private static Altered LosesRecord(IAio2 inner)
    {
        var callers = new Crowd();
        return new Altered(inner)
        {
            OnSubmit = (ctx, iocbs, bytes, ext) =>
            {
                bool crowded = callers.Enter(ctx) > 1;
                long result = crowded && ChangedRecords.Readable(iocbs, bytes) && bytes == Iocb2.SizeOf ? (long)bytes : inner.Submit(ctx, iocbs, bytes, ext);
                _ = Thread.Yield();
                _ = callers.Leave(ctx);
                return result;
            },
        };
    }

    private static Altered LateCancel(IAio2 inner, bool twice)
    {
        var late = new ConcurrentDictionary<(uint, ulong), bool>();
        return new Altered(inner)
        {
            OnCancel = (ctx, userData, flags) =>
            {
                long result = inner.Cancel(ctx, userData, flags);
                if (result == -Errno.ENOENT && flags == 0 && Listed(inner, ctx, userData))
                {
                    late[(ctx, userData)] = true;
                }

                return result;
            },
            OnGet = (ctx, events, bytes, min, wait, flags) =>
            {
                long result = inner.GetEvents(ctx, events, bytes, min, wait, flags);
                if (result != IoEvent2.SizeOf || !late.TryRemove((ctx, ((IoEvent2*)events)->UserData), out _))
                {
                    return result;
                }

                if (!twice)
                {
                    return inner.GetEvents(ctx, events, bytes, min, wait, flags);
                }

                ((IoEvent2*)events)[1] = *(IoEvent2*)events;
                ((IoEvent2*)events)[1].Res = -Errno.ECANCELED;
                return bytes >= 2 * IoEvent2.SizeOf ? 2 * IoEvent2.SizeOf : result;
            },
        };
    }

    private static bool Listed(IAio2 inner, uint ctx, ulong userData)
    {
        ulong cursor = 0;
        byte* buffer = stackalloc byte[16384];
        long result = inner.List(ctx, &cursor, buffer, 16384);
        return EventRun.Of(buffer, result).Exists(r => ((Iocb2*)(buffer + r.At + Aio2Request.SizeOf))->UserData == userData);
    }
}
