using System.Diagnostics;
using AioV2.Abi;

namespace AioV2.Conformance.Directed;

/// <summary>GET-1, GET-5: a reaper, who needs no call, takes all that the ring holds while a call looks there.</summary>
internal static unsafe class EmptiedRingChecks
{
    /// <summary>Events of 24 bytes: more than a ring of 4096 holds, so that the rest is on the list.</summary>
    private const int Count = 240;

    /// <summary>Rounds at most, and how long they may go on; no verdict hangs on either.</summary>
    private const int Rounds = 400;
    private const double Seconds = 0.8;

    public static IReadOnlyList<DirectedCheck> All { get; } =
    [
        new("A call finds nothing only where nothing is on the list, whoever empties the ring meanwhile", ["GET-1", "GET-5"], EmptiedMeanwhile),
    ];

    // One call at a time, all by this thread; the other one only moves head. So it is this thread's own calls that answer for the list.
    private static void EmptiedMeanwhile(Rig rig)
    {
        rig.NeedsSetup(Aio2Setup.UserReap);
        using var context = rig.Context(Aio2Setup.UserReap, nrReqs: Count, ringBytes: 4096);
        int round = 0, emptied = 0;
        long taken = 0;
        var reaper = new RigThread(() =>
        {
            var dice = new Random(1);
            while (AwaitMore(ref round, emptied) > 0)
            {
                // From none to as long as many calls take, each order of magnitude as often.
                Thread.SpinWait(dice.Next(1 << dice.Next(12)));
                taken += TakeAll(context);
                Volatile.Write(ref emptied, emptied + 1);
            }
        });
        try
        {
            var dice = new Random(2);
            long start = Stopwatch.GetTimestamp();
            for (int i = 1; i <= Rounds && Stopwatch.GetElapsedTime(start).TotalSeconds < Seconds; i++)
            {
                Overflow(context);
                Volatile.Write(ref round, i);
                long byCall = PollUntilNothing(context, dice);
                // It waits for nothing, so it comes. From then on nobody but this thread takes anything.
                _ = AwaitMore(ref emptied, i - 1);
                Judge(context, byCall, ref taken, i);
            }
        }
        finally
        {
            Volatile.Write(ref round, -1);
            _ = reaper.Join();
        }
    }

    // The value of a counter once it is no longer what it was.
    private static int AwaitMore(ref int counter, int was)
    {
        var spinner = default(SpinWait);
        int now;
        while ((now = Volatile.Read(ref counter)) == was)
        {
            spinner.SpinOnce(sleep1Threshold: -1);
        }

        return now;
    }

    // Empties the ring by one compare-and-swap; returns the events in what head went over. A pad among them, at the ring's end,
    // is shorter than an event, since all have 24 bytes, and there is one at most.
    private static long TakeAll(RigContext context)
    {
        ulong head = Volatile.Read(ref context.Head), tail = context.Tail;
        return Interlocked.CompareExchange(ref context.Head, tail, head) == head ? (long)((tail - head) / IoEvent2.SizeOf) : 0;
    }

    // Submits, and waits until all have completed. Nobody takes any meanwhile and the ring gets full, so that what is on the list
    // stays there: an event is counted once, by tail or as one that was put on the list.
    private static void Overflow(RigContext context)
    {
        var header = (Aio2Ring*)context.Map;
        ulong tail = context.Tail, overflowed = Volatile.Read(ref header->OverflowEvents);
        context.Nops(Count);
        Rig.Require("RING-7", Rig.Eventually(() => (context.Tail - tail) / IoEvent2.SizeOf + Volatile.Read(ref header->OverflowEvents) - overflowed == Count),
            $"{Count} NOPs are not all in the ring or counted by overflow_events: tail went on by {context.Tail - tail}, the count by {header->OverflowEvents - overflowed}");
    }

    // With room for one event the list gets into the ring one by one, so that there are many moments to empty it; now and then all at once.
    private static long PollUntilNothing(RigContext context, Random dice)
    {
        for (long events = 0; ; )
        {
            long result = context.Get(dice.Next(64) == 0 ? 65536 : (uint)IoEvent2.SizeOf, 0, 0, out _);
            Rig.Require("GET-1", result >= 0, $"io_getevents2 that does not wait gave {result}");
            events += result / IoEvent2.SizeOf;
            Rig.Require("GET-5", events <= Count, $"{events} events came of {Count} requests");
            if (result == 0)
            {
                return events;
            }
        }
    }

    // A call has answered 0. All had completed before it, so that there was a moment in it when nothing was left in ring and list;
    // and what was not left then is nowhere later. OVERFLOW is not asked: no law says how soon it falls.
    private static void Judge(RigContext context, long byCall, ref long taken, int round)
    {
        long left = context.Get(65536, 0, 0, out _);
        Rig.Require("GET-1", left == 0, $"io_getevents2 answered 0, and the next call gave {left / IoEvent2.SizeOf} event(s) that were on the list all the while, in round {round}: a reaper had emptied the ring");
        long all = byCall + Interlocked.Exchange(ref taken, 0);
        Rig.Require("GET-5", all == Count, $"{all} of {Count} events came: {byCall} by calls, the others to one who reaped all that the ring held");
    }
}
