using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Abi.Calls;
using AioV2.Conformance.World;

namespace AioV2.Conformance.Mutants;

/// <summary>Faults of callers that wait or reap at the same time as others do something.</summary>
internal static unsafe class WaiterMutants
{
    private const int LookMs = 3;

    public static IReadOnlyList<Mutant> All { get; } =
    [
        Make("lets waiters of a destroyed context sleep on", ["GET-6"], inner => (ctx, events, bytes, min, wait, flags) =>
        {
            bool lived = inner.GetEvents(ctx, null, 0, 0, null, 0) == 0;
            long result = inner.GetEvents(ctx, events, bytes, min, wait, flags);
            return result == -Errno.ENXIO && lived && wait == null ? Sleep() : result;
        }),
        Make("wakes a waiter at the first event", ["GET-1"], inner => (ctx, events, bytes, min, wait, flags) =>
            inner.GetEvents(ctx, events, bytes, min > bytes ? min : Math.Min(min, IoEvent2.SizeOf), wait, flags)),
        Make("does not look again once it sleeps", ["GET-1"], inner => (ctx, events, bytes, min, wait, flags) =>
        {
            var zero = new Aio2Wait { Size = Aio2Wait.SizeOf };
            bool sleeps = wait == null && min > 0 && min <= bytes && flags == 0;
            long result = inner.GetEvents(ctx, events, bytes, min, sleeps ? &zero : wait, flags);
            return sleeps && result >= 0 && (nuint)result < min ? Dead(inner, ctx) : result;
        }),
        Make("wakes one of two waiters", ["GET-1"], OneOfTwo),
        new("keeps submitters out while it waits", MutantKind.Concurrency, ["SUBMIT-6", "GET-1"], KeepsOut),
        Make("gives two callers the same event", ["GET-5"], Shared),
        Make("loses the event of two callers at once", ["GET-5"], Lost),
        Make("fills the buffer after the call has returned", ["GET-1", "RING-6"], Late, MutantKind.Order),
        Reaps("moves head by a store, without comparing", ["GET-5"], early: false),
        Reaps("moves head before it has copied", ["GET-5", "RING-4", "RING-6"], early: true),
    ];

    private static Mutant Make(string name, string[] requirements, Func<IAio2, GetEventsCall> body, MutantKind kind = MutantKind.Concurrency) =>
        new(name, kind, requirements, inner => new Altered(inner) { OnGet = body(inner) });

    private static long Sleep()
    {
        Thread.Sleep(Timeout.Infinite);
        return 0;
    }

    // Sleeps until the context is gone.
    private static long Dead(IAio2 inner, uint ctx)
    {
        while (inner.GetEvents(ctx, null, 0, 0, null, 0) == 0)
        {
            Thread.Sleep(LookMs);
        }

        return -Errno.ENXIO;
    }

    private static Altered KeepsOut(IAio2 inner)
    {
        var turn = new Lock();
        return new Altered(inner)
        {
            OnGet = (ctx, events, bytes, min, wait, flags) =>
            {
                if (wait != null || min == 0)
                {
                    return inner.GetEvents(ctx, events, bytes, min, wait, flags);
                }

                lock (turn)
                {
                    return inner.GetEvents(ctx, events, bytes, min, wait, flags);
                }
            },
            OnSubmit = (ctx, iocbs, bytes, ext) =>
            {
                lock (turn)
                {
                    return inner.Submit(ctx, iocbs, bytes, ext);
                }
            },
        };
    }

    private static GetEventsCall OneOfTwo(IAio2 inner)
    {
        var waiters = new Crowd();
        return (ctx, events, bytes, min, wait, flags) =>
        {
            if (wait != null || min == 0 || min > bytes)
            {
                return inner.GetEvents(ctx, events, bytes, min, wait, flags);
            }

            long result = waiters.Enter(ctx) > 1 ? Dead(inner, ctx) : inner.GetEvents(ctx, events, bytes, min, wait, flags);
            _ = waiters.Leave(ctx);
            return result;
        };
    }

    private static GetEventsCall Shared(IAio2 inner)
    {
        var callers = new Crowd();
        var copies = new ConcurrentDictionary<uint, (int Thread, byte[] Event)>();
        return (ctx, events, bytes, min, wait, flags) =>
        {
            _ = callers.Enter(ctx);
            if (copies.TryGetValue(ctx, out var copy) && copy.Thread != Environment.CurrentManagedThreadId && (nuint)copy.Event.Length <= bytes && copies.TryRemove(ctx, out copy))
            {
                copy.Event.CopyTo(new Span<byte>(events, copy.Event.Length));
                _ = callers.Leave(ctx);
                return copy.Event.Length;
            }

            long result = inner.GetEvents(ctx, events, bytes, min, wait, flags);
            if (callers.Leave(ctx) > 1 && result > 0)
            {
                copies[ctx] = (Environment.CurrentManagedThreadId, new ReadOnlySpan<byte>(events, *(int*)events).ToArray());
            }

            return result;
        };
    }

    private static GetEventsCall Lost(IAio2 inner)
    {
        var callers = new Crowd();
        return (ctx, events, bytes, min, wait, flags) =>
        {
            _ = callers.Enter(ctx);
            long result = inner.GetEvents(ctx, events, bytes, min, wait, flags);
            return callers.Leave(ctx) > 1 && result > 0 ? 0 : result;
        };
    }

    private static GetEventsCall Late(IAio2 inner) => (ctx, events, bytes, min, wait, flags) =>
    {
        ulong room = WorldLayout.Room((ulong)events, write: true);
        if (room < bytes || bytes > WorldLayout.EventsBytes)
        {
            return inner.GetEvents(ctx, events, bytes, min, wait, flags);
        }

        byte* own = (byte*)NativeMemory.AllocZeroed(bytes + 1);
        long result = inner.GetEvents(ctx, own, bytes, min, wait, flags);
        var later = new Thread(() =>
        {
            Thread.Sleep(1);
            NativeMemory.Copy(own, events, (nuint)Math.Max(result, 0));
            NativeMemory.Free(own);
        });
        later.Start();
        return result;
    };

    // Takes one event out of a shared ring itself, as a library's reaper would.
    private static Mutant Reaps(string name, string[] requirements, bool early) => new(name, early ? MutantKind.Order : MutantKind.Concurrency, requirements, inner =>
    {
        var rings = new ConcurrentDictionary<uint, Aio2Params>();
        var callers = new Crowd();
        return new Altered(inner)
        {
            OnSetup = (version, flags, p, size) =>
            {
                long result = inner.Setup(version, flags, p, size);
                if (result == 0 && (flags & (Aio2Setup.UserReap | Aio2Setup.RingFd | Aio2Setup.RingAddr | Aio2Setup.Probe)) == Aio2Setup.UserReap)
                {
                    rings[p->Ctx] = *p;
                }

                return result;
            },
            OnDestroy = ctx =>
            {
                _ = rings.TryRemove(ctx, out _);
                return inner.Destroy(ctx);
            },
            OnGet = (ctx, events, bytes, min, wait, flags) =>
            {
                bool crowded = callers.Enter(ctx) > 1;
                long result = crowded && bytes >= 4096 && min <= IoEvent2.SizeOf && WorldLayout.Room((ulong)events, write: true) >= bytes && inner.GetEvents(ctx, null, 0, 0, wait, flags) == 0 && rings.TryGetValue(ctx, out var p) && Take(p, (byte*)events, early) is > 0 and var taken
                    ? taken
                    : inner.GetEvents(ctx, events, bytes, min, wait, flags);
                _ = callers.Leave(ctx);
                return result;
            },
        };
    });

    private static long Take(in Aio2Params p, byte* to, bool early)
    {
        byte* map = (byte*)p.RingAddr;
        ref ulong shared = ref *(ulong*)(map + p.UserOffset);
        ulong head = Volatile.Read(ref shared), tail = Volatile.Read(ref *(ulong*)(map + Aio2Ring.At.Tail));
        byte* record = map + p.DataOffset + (head & (p.RingBytes - 1));
        if (head % Aio2.Align != 0 || tail - head is 0 || tail - head > p.RingBytes || (((IoEvent2*)record)->Flags & Aio2EventFlags.Pad) != 0)
        {
            return 0;
        }

        uint length = *(uint*)record;
        if (early)
        {
            if (Interlocked.CompareExchange(ref shared, head + length, head) != head)
            {
                return 0;
            }

            Thread.Sleep(LookMs);
        }

        NativeMemory.Copy(record, to, Math.Min(length, 4096));
        if (!early)
        {
            Thread.Sleep(1);
            Volatile.Write(ref shared, head + length);
        }

        // What was overwritten meanwhile may say any length.
        *(uint*)to = length;
        return length;
    }
}
