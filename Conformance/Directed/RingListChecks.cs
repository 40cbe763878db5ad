using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Conformance.Calls;
using AioV2.Conformance.World;

namespace AioV2.Conformance.Directed;

/// <summary>RING-3, RING-7, RING-9 and RING-11: a ring that is full to an event, and what waits behind it.</summary>
internal static unsafe class RingListChecks
{
    /// <summary>Events of 24 bytes that a ring of 4096 holds.</summary>
    private const int Most = 170;

    public static IReadOnlyList<DirectedCheck> All { get; } =
    [
        new("A slot is free once its event is in the ring, whatever head says", ["RING-9"], SlotInRing),
        new("One event more than the ring holds sets OVERFLOW at once", ["RING-7", "RING-8"], OneTooMany),
        new("What completes later queues behind the list", ["RING-7", "RING-6"], QueuesBehind),
        new("The list drains at a later completion, without a call", ["RING-7"], DrainsAtCompletion),
        new("A submit that lacks a slot drains the list", ["RING-9", "RING-7"], DrainsForSlot),
        new("The call gives no pad", ["GET-1", "RING-3"], NoPad),
        new("RESIZE with events on the list loses none", ["RING-11", "RING-6"], MovesWithList),
    ];

    private static Iocb2 Blocked(int pipe, ulong userData) => Rig.Iocb(Aio2Op.Pread, userData, WorldLayout.PipeRead + pipe, WorldLayout.Data + (ulong)(pipe * 4096), 8, -1);

    // A ring with no room for one event more.
    private static RigContext Full(Rig rig, uint nrReqs = 300)
    {
        rig.NeedsSetup(Aio2Setup.UserReap);
        var context = rig.Context(Aio2Setup.UserReap, nrReqs: nrReqs, ringBytes: 4096);
        for (int left = Most, some; left > 0; left -= some)
        {
            some = Math.Min(left, (int)Math.Min(nrReqs, 64));
            ulong tail = context.Tail + (ulong)(some * IoEvent2.SizeOf);
            context.Nops(some, first: 1000 + (ulong)left);
            Rig.Require("RING-6", Rig.Eventually(() => context.Tail >= tail), $"{some} NOPs did not come");
        }

        Rig.Require("RING-7", context.RingFlags == 0, $"flags 0x{context.RingFlags:x} with {Most} events of 24 bytes in 4096");
        return context;
    }

    private static bool Overflowed(RigContext context) => (context.RingFlags & Aio2RingFlags.Overflow) != 0;

    private static void OneTooMany(Rig rig)
    {
        var context = Full(rig);
        context.Nops(1, first: 7);
        Rig.Require("RING-7", Rig.Eventually(() => Overflowed(context)), "an event went on the list, and OVERFLOW is not set");
        Rig.Require("RING-6", context.Take(Most + 1).Count == Most + 1, "events are missing");
    }

    private static void QueuesBehind(Rig rig)
    {
        rig.NeedsSetup(Aio2Setup.UserReap | Aio2Setup.Eventfd);
        var context = Full(rig);
        context.SubmitAll(Blocked(0, 1), Blocked(1, 2), Blocked(2, 3));
        ulong events = ((Aio2Ring*)context.Map)->OverflowEvents;
        foreach (int pipe in (int[])[0, 1])
        {
            rig.World.Feed(pipe, 8);
            events++;
            Rig.Require("RING-7", Rig.Eventually(() => ((Aio2Ring*)context.Map)->OverflowEvents == events), "an event did not go on the list of a full ring");
        }

        // Room for one: the next completion finds it, and those that are older have it.
        Rig.Require("RING-6", context.Reap(1).Count == 1, "nothing can be reaped");
        ulong before = context.Tail;
        rig.World.Feed(2, 8);
        _ = Rig.Eventually(() => context.Tail != before);
        var last = RigContext.UserData(context.Take(Most + 2)).TakeLast(3).ToList();
        Rig.Require("RING-7", last.SequenceEqual((ulong[])[1ul, 2, 3]), $"those that overflowed, and a later one, came as {string.Join(", ", last)}");
    }

    private static void DrainsAtCompletion(Rig rig)
    {
        var context = Full(rig);
        context.SubmitAll(Blocked(0, 5));
        context.Nops(1, first: 4);
        Rig.Require("RING-7", Rig.Eventually(() => Overflowed(context)), "OVERFLOW was never set");
        Rig.Require("RING-6", context.Reap().Count == Most, "the ring cannot be reaped");
        ulong last = 4096 + 2 * IoEvent2.SizeOf;
        rig.World.Feed(0, 8);
        Rig.Require("RING-7", Rig.Eventually(() => context.Tail >= last), $"tail is {context.Tail}, not {last}, after a completion that found room for two");
        // Whether what tail covers is written is RING-4's: with a call in between nothing is half done.
        Rig.Expect("GET-1", 0, context.Get(0, 0, 0, out _), "io_getevents2 without room");
        var got = context.Reap();
        Rig.Require("RING-7", RigContext.UserData(got).SequenceEqual((ulong[])[4ul, 5]), $"they came as {string.Join(", ", RigContext.UserData(got))}");
        Rig.Require("RING-7", Rig.Eventually(() => !Overflowed(context)), "OVERFLOW stays with an empty list");
    }

    private static void DrainsForSlot(Rig rig)
    {
        const int Slots = 8;
        var context = Full(rig, Slots);
        context.Nops(Slots, first: 1);
        byte[] one = new IocbWriter().Add(Rig.Iocb(Aio2Op.Nop, 9)).ToArray();
        Rig.Expect("RING-9", -Errno.EAGAIN, context.Submit(one), "io_submit2 with every slot's event on the list");
        Rig.Require("RING-6", context.Reap().Count == Most, "the ring cannot be reaped");
        Rig.Expect("RING-9", Iocb2.SizeOf, context.Submit(one), "io_submit2 with room for the list in the ring");
        Rig.Require("RING-6", context.Take(Slots + 1).Count == Slots + 1, "events are missing");
    }

    private static void SlotInRing(Rig rig)
    {
        rig.NeedsSetup(Aio2Setup.UserReap);
        var context = rig.Context(Aio2Setup.UserReap, nrReqs: 2, ringBytes: 4096);
        byte[] one = new IocbWriter().Add(Rig.Iocb(Aio2Op.Nop, 9)).ToArray();
        for (int i = 0; i < 6; i++)
        {
            Rig.Require("RING-9", Rig.Eventually(() => context.Tail == (ulong)(i * IoEvent2.SizeOf)), "a NOP did not come");
            Rig.Expect("RING-9", Iocb2.SizeOf, context.Submit(one), $"io_submit2 with {i} events unreaped, and no request outstanding");
        }

        _ = context.Take(6);
        context.SubmitAll(Blocked(0, 1), Blocked(1, 2));
        // What head says has nothing to do with slots: a hostile one makes none.
        Volatile.Write(ref context.Head, ulong.MaxValue - 7);
        Rig.Expect("RING-9", -Errno.EAGAIN, context.Submit(one), "io_submit2 with two requests in two slots and a hostile head");
    }

    private static void NoPad(Rig rig)
    {
        rig.NeedsSetup(Aio2Setup.UserReap);
        var context = rig.Context(Aio2Setup.UserReap, nrReqs: 16, ringBytes: 4096);
        for (ulong i = 0; i < 600; i++)
        {
            var writer = new IocbWriter().Add(Rig.Iocb(Aio2Op.Nop, i));
            for (ulong a = 0; a < i % 4; a++)
            {
                writer.Attribute((ushort)(0x9000 + a), 0, []);
            }

            Rig.Expect("SUBMIT-1", writer.Length, context.Submit(writer.ToArray()), "io_submit2");
            Rig.Expect("GET-1", IoEvent2.SizeOf + (long)(i % 4) * Aio2AttrRet.SizeOf, context.Get(4096, IoEvent2.SizeOf, Rig.PatienceSeconds, out byte[] e), $"io_getevents2 for event {i}, at {context.Tail % 4096} of the ring");
            Rig.Require("GET-1", RigContext.UserData([e])[0] == i && MemoryMarshal.Read<IoEvent2>(e).Flags == 0, $"event {i} is another one, or a pad");
        }
    }

    private static void MovesWithList(Rig rig)
    {
        rig.NeedsFeature(Aio2Feat.Resize);
        var context = Full(rig);
        context.Nops(30, first: 1);
        Rig.Require("RING-7", Rig.Eventually(() => ((Aio2Ring*)context.Map)->OverflowEvents >= 30), "30 events did not go on the list");
        var info = new Aio2RingInfo { Size = Aio2RingInfo.SizeOf, RingBytes = 16384 };
        Rig.Expect("RING-11", 0, rig.Aio.RingCtl(context.Id, Aio2Ctl.Resize, (ulong)&info), "RESIZE");
        var got = RigContext.UserData(context.Take(Most + 30, "RING-11"));
        Rig.Require("RING-11", got.Count == Most + 30 && got.Distinct().Count() == got.Count, $"{got.Count} events, {got.Distinct().Count()} different, of {Most + 30} came through a move");
        Rig.Require("RING-11", got.TakeLast(30).SequenceEqual(Enumerable.Range(1, 30).Select(i => (ulong)i)), "those that overflowed came in another order");
        Rig.Expect("DESTROY-1", 0, context.Destroy(), "io_destroy2");
        _ = Libc.Munmap((void*)info.RingAddr, (nuint)info.RingMapBytes);
    }
}
