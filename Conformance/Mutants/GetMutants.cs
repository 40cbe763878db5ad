using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Abi.Calls;
using AioV2.Conformance.World;

namespace AioV2.Conformance.Mutants;

/// <summary>Mistakes of io_getevents2 that one thread sees.</summary>
internal static unsafe class GetMutants
{
    private const int MsNs = 1_000_000;

    public static IReadOnlyList<Mutant> All { get; } =
    [
        Taken("loses the last of two events", ["RING-6"], (events, result, _) => EventRun.Of(events, result) is { Count: >= 2 } all ? all[^1].At : result),
        Taken("gives the last event twice", ["RING-6"], Again),
        Taken("keeps 32 bits of user_data", ["RING-6", "ABI-1"], (events, result, _) => Each(events, result, e => e->UserData &= uint.MaxValue)),
        Taken("gives two events in the order of the request", ["RING-6"], Sorted),
        Taken("does not tell MORE from the last", ["RING-6", "SUBMIT-8"], (events, result, _) => Each(events, result, e => e->Flags &= unchecked((ushort)~Aio2EventFlags.More))),
        Taken("tells a short transfer as a whole one", ["SUBMIT-7", "SUBMIT-4", "SUBMIT-2"], (events, result, _) => Each(events, result, e => e->Res = e->Res is > 0 and < 8 ? 8 : e->Res)),
        Make("loses an event on a bad buffer", ["GET-4"], FaultLoses),
        Make("does not wait", ["GET-1"], inner => (ctx, events, bytes, min, wait, flags) => inner.GetEvents(ctx, events, bytes, min > bytes ? min : 0, wait, flags)),
        Make("takes min_bytes above bytes", ["GET-1"], inner => (ctx, events, bytes, min, wait, flags) => inner.GetEvents(ctx, events, bytes, min > bytes ? 0 : min, wait, flags)),
        Make("waits for min_bytes though the buffer is full", ["GET-1"], FullWaits),
        Make("waits for ever on a negative timeout", ["GET-2"], inner => (ctx, events, bytes, min, wait, flags) => inner.GetEvents(ctx, events, bytes, min, Sound(wait) && wait->Sec < 0 ? null : wait, flags)),
        Waits("rounds a timeout down to milliseconds", ["GET-2", "GET-1"], w => w->Nsec = w->Nsec is > 0 and < 1000 * MsNs ? w->Nsec / MsNs * MsNs : w->Nsec),
        Waits("takes a deadline for a time from now", ["GET-2"], w => w->Flags &= ~Aio2WaitFlags.Abstime),
        Make("takes an event that does not fit", ["GET-3"], TooSmallTakes),
        Make("looks at wait before the sizes", ["ERR-1"], inner => (ctx, events, bytes, min, wait, flags) => min > bytes && inner.GetEvents(ctx, null, 0, 0, wait, 0) is var early and < 0 ? early : inner.GetEvents(ctx, events, bytes, min, wait, flags)),
    ];

    private delegate long TakenChange(byte* events, long result, nuint bytes);

    private delegate void EventChange(IoEvent2* e);

    private delegate void WaitChange(Aio2Wait* wait);

    private static Mutant Make(string name, string[] requirements, Func<IAio2, GetEventsCall> body) =>
        new(name, MutantKind.Answer, requirements, inner => new Altered(inner) { OnGet = body(inner) });

    private static Mutant Taken(string name, string[] requirements, TakenChange change) => Make(name, requirements, inner =>
        (ctx, events, bytes, min, wait, flags) => inner.GetEvents(ctx, events, bytes, min, wait, flags) is var result && result > 0 ? change((byte*)events, result, bytes) : result);

    private static Mutant Waits(string name, string[] requirements, WaitChange change) => Make(name, requirements, inner => (ctx, events, bytes, min, wait, flags) =>
    {
        if (!Sound(wait) || wait->Size is < Aio2Wait.SizeOf and not 32)
        {
            return inner.GetEvents(ctx, events, bytes, min, wait, flags);
        }

        var copy = *wait;
        change(&copy);
        bool grown = copy.Size > Aio2Wait.SizeOf;
        return grown ? inner.GetEvents(ctx, events, bytes, min, wait, flags) : inner.GetEvents(ctx, events, bytes, min, &copy, flags);
    });

    private static bool Sound(Aio2Wait* wait) => !WorldLayout.SurelyBad((ulong)wait) && !WorldLayout.SurelyBad((ulong)(wait + 1) - 1);

    private static long Each(byte* events, long result, EventChange change)
    {
        foreach (var (at, _) in EventRun.Of(events, result))
        {
            change((IoEvent2*)(events + at));
        }

        return result;
    }

    private static long Again(byte* events, long result, nuint bytes)
    {
        var (at, length) = EventRun.Of(events, result)[^1];
        if (result + length > (long)bytes)
        {
            return result;
        }

        NativeMemory.Copy(events + at, events + result, (nuint)length);
        return result + length;
    }

    private static long Sorted(byte* events, long result, nuint bytes)
    {
        byte[] copy = new ReadOnlySpan<byte>(events, (int)result).ToArray();
        int to = 0;
        foreach (var (at, length) in EventRun.Of(events, result).OrderBy(r => MemoryMarshal.Read<IoEvent2>(copy.AsSpan(r.At)).UserData).ToList())
        {
            copy.AsSpan(at, length).CopyTo(new Span<byte>(events + to, length));
            to += length;
        }

        return result;
    }

    private static GetEventsCall FaultLoses(IAio2 inner) => (ctx, events, bytes, min, wait, flags) =>
    {
        long result = inner.GetEvents(ctx, events, bytes, min, wait, flags);
        if (result == -Errno.EFAULT)
        {
            byte* lost = stackalloc byte[24];
            _ = inner.GetEvents(ctx, lost, 24, 0, null, 0);
        }

        return result;
    };

    private static GetEventsCall TooSmallTakes(IAio2 inner) => (ctx, events, bytes, min, wait, flags) =>
    {
        long result = inner.GetEvents(ctx, events, bytes, min, wait, flags);
        if (result == -Errno.EMSGSIZE)
        {
            byte* lost = stackalloc byte[4096];
            var zero = new Aio2Wait { Size = Aio2Wait.SizeOf };
            _ = inner.GetEvents(ctx, lost, 64, 0, &zero, 0);
        }

        return result;
    };

    // What is there is taken out of sight, and the rest of min_bytes waited for.
    private static GetEventsCall FullWaits(IAio2 inner) => (ctx, events, bytes, min, wait, flags) =>
    {
        long result = inner.GetEvents(ctx, events, bytes, min, wait, flags);
        if (result > 0 && (nuint)result < min && wait != null && wait->Sec > 1)
        {
            Thread.Sleep(Timeout.Infinite);
        }

        return result;
    };
}
