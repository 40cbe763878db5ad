using AioV2.Abi;
using AioV2.Conformance.World;

namespace AioV2.Conformance.Directed;

/// <summary>RING-7…10: the overflow list, slots, the eventfd.</summary>
internal static unsafe class OverflowChecks
{
    public static IReadOnlyList<DirectedCheck> All { get; } =
    [
        new("What does not fit the ring comes by the list, in order, and the flag falls when it is empty", ["RING-7", "RING-8", "GET-5"], Overflows),
        new("The list drains into the ring at later calls", ["RING-7", "GET-1"], Drains),
        new("Exactly nr_reqs are accepted", ["RING-9", "SUBMIT-1"], ExactlyNrReqs),
        new("A slot is kept until its event is copied out of a private ring", ["RING-9"], PrivateSlots),
        new("The eventfd tells of an event on the list", ["RING-10", "RING-7"], ListSignals),
        new("An eventfd with a full counter blocks nobody", ["RING-10"], FullCounter),
        new("EVENTFD_OFF suppresses the signal", ["RING-10"], Suppressed),
    ];

    private static void Overflows(Rig rig)
    {
        rig.NeedsSetup(Aio2Setup.UserReap);
        const int count = 400;
        var context = rig.Context(Aio2Setup.UserReap, nrReqs: count, ringBytes: 4096);
        context.Nops(count);
        _ = Rig.Eventually(() => context.RingFlags != 0 || context.Tail > 4096);
        Rig.Require("RING-3", context.Tail <= 4096, $"tail is {context.Tail}: it ran over what nobody has taken");
        Rig.Require("RING-7", Rig.Eventually(() => (context.RingFlags & Aio2RingFlags.Overflow) != 0), "OVERFLOW was never set");
        var got = context.Reap();
        Rig.Require("RING-7", got.Count is >= 170 and <= 171, $"a ring of 4096 bytes held {got.Count} events of 24");
        Rig.Require("RING-8", Rig.Eventually(() =>
        {
            if (context.Get(65536, 0, 0, out byte[] events) > 0)
            {
                got.AddRange(Rig.Split(events));
            }

            got.AddRange(context.Reap());
            return got.Count >= count;
        }), $"{got.Count} of {count} events came");
        Rig.Require("RING-6", RigContext.UserData(got).Distinct().Count() == count && got.Count == count, "events came twice");
        Rig.Expect("GET-1", 0, context.Get(0, 0, 0, out _), "io_getevents2 without room");
        Rig.Require("RING-7", Rig.Eventually(() => context.Get(0, 0, 0, out _) == 0 && context.RingFlags == 0), "OVERFLOW stays with an empty list");
        Rig.Require("RING-7", ((Aio2Ring*)context.Map)->OverflowEvents >= count - 171, "the overflow counter does not count");
    }

    private static void Drains(Rig rig)
    {
        rig.NeedsSetup(Aio2Setup.UserReap);
        const int count = 300;
        var context = rig.Context(Aio2Setup.UserReap, nrReqs: count, ringBytes: 4096);
        context.Nops(count);
        Rig.Require("RING-7", Rig.Eventually(() => (context.RingFlags & Aio2RingFlags.Overflow) != 0), "OVERFLOW was never set");
        var got = context.Reap();
        Rig.Require("RING-8", Rig.Eventually(() =>
        {
            // bytes == 0 takes nothing: it only moves the list into the ring (GET-1).
            Rig.Expect("GET-1", 0, context.Get(0, 0, 0, out _), "io_getevents2 without room");
            got.AddRange(context.Reap());
            return got.Count == count;
        }), $"{got.Count} of {count} events came through the ring");
        Rig.Require("RING-7", context.RingFlags == 0, $"flags 0x{context.RingFlags:x} with everything reaped");
    }

    private static void ExactlyNrReqs(Rig rig)
    {
        var context = rig.Context(nrReqs: 4);
        var reads = Enumerable.Range(0, 6).Select(i => Rig.Iocb(Aio2Op.Pread, (ulong)i, WorldLayout.PipeRead + i, WorldLayout.Data + (ulong)(i * 4096), 8, -1)).ToArray();
        var writer = new Calls.IocbWriter();
        foreach (var read in reads)
        {
            writer.Add(read);
        }

        Rig.Expect("RING-9", 4 * Iocb2.SizeOf, context.Submit(writer.ToArray()), "io_submit2 of 6 to 4 slots");
        Aio2Extack ext = new() { Size = Aio2Extack.SizeOf };
        Rig.Expect("RING-9", -Errno.EAGAIN, context.Submit(new Calls.IocbWriter().Add(reads[4]).ToArray(), &ext), "io_submit2 without a slot");
        Rig.Require("SUBMIT-5", ext.Reason == Aio2Reason.NoSlot && ext.Error == -Errno.EAGAIN, $"ext says {Aio2Reason.NameOf(ext.Reason)}");
        rig.World.Feed(2, 8);
        Rig.Require("RING-6", RigContext.UserData(context.Take(1)).Single() == 2, "another event came");
        Rig.Expect("RING-9", Iocb2.SizeOf, context.Submit(new Calls.IocbWriter().Add(reads[4]).ToArray()), "io_submit2 with a slot free again");
        Rig.Expect("RING-9", -Errno.EAGAIN, context.Submit(new Calls.IocbWriter().Add(reads[5]).ToArray()), "io_submit2 without a slot");
    }

    private static void PrivateSlots(Rig rig)
    {
        var context = rig.Context(nrReqs: 3);
        context.Nops(3);
        var one = new Calls.IocbWriter().Add(Rig.Iocb(Aio2Op.Nop, 9)).ToArray();
        Rig.Expect("RING-9", -Errno.EAGAIN, context.Submit(one), "io_submit2 with all events still to be copied out");
        _ = context.Take(3);
        Rig.Expect("RING-9", Iocb2.SizeOf, context.Submit(one), "io_submit2 after they were");
        _ = context.Take(1);
    }

    private static void ListSignals(Rig rig)
    {
        rig.NeedsSetup(Aio2Setup.UserReap);
        int fd = WorldLayout.Eventfd;
        var context = rig.Context(Aio2Setup.UserReap | Aio2Setup.Eventfd, nrReqs: 300, ringBytes: 4096, eventfd: fd);
        context.SubmitAll(Rig.Iocb(Aio2Op.Pread, 999, WorldLayout.PipeRead, WorldLayout.Data, 8, -1));
        context.Nops(200);
        Rig.Require("RING-7", Rig.Eventually(() => ((Aio2Ring*)context.Map)->OverflowEvents >= 200 - 170), "a ring of 4096 bytes did not overflow");
        _ = Rig.TakeEventfd(fd);
        rig.World.Feed(0, 8);
        Rig.Require("RING-10", Rig.Eventually(() => Rig.TakeEventfd(fd) != 0), "no signal for an event that went on the list");
        Rig.Require("RING-6", context.Take(201).Count == 201, "events are missing");
    }

    private static void FullCounter(Rig rig)
    {
        int fd = WorldLayout.Eventfd + 1;
        ulong full = ulong.MaxValue - 1;
        Libc.Must(Libc.Write(fd, &full, 8), "write to an eventfd");
        // The counter is set not to block here; a signaller must not rely on that, and must not lose the event.
        var context = rig.Context(Aio2Setup.Eventfd, eventfd: fd);
        context.Nops(10);
        Rig.Require("RING-10", context.Take(10).Count == 10, "completions stopped at a full counter");
        Rig.Expect("DESTROY-1", 0, context.Destroy(), "io_destroy2");
    }

    private static void Suppressed(Rig rig)
    {
        rig.NeedsSetup(Aio2Setup.UserReap);
        int fd = WorldLayout.Eventfd + 2;
        var context = rig.Context(Aio2Setup.UserReap | Aio2Setup.Eventfd, eventfd: fd);
        ref uint flags = ref *(uint*)(context.Map + context.Params.UserOffset + Aio2RingUser.At.UserFlags);
        Volatile.Write(ref flags, Aio2User.EventfdOff);
        context.Nops(5);
        Rig.Require("RING-6", Rig.Eventually(() => context.Tail == 120), "5 NOPs did not come");
        Volatile.Write(ref flags, 0);
        Interlocked.MemoryBarrier();
        // A wake-up for nothing is allowed, so silence is not required; a signal for what follows is.
        _ = Rig.TakeEventfd(fd);
        context.Nops(1, first: 50);
        Rig.Require("RING-10", Rig.Eventually(() => Rig.TakeEventfd(fd) != 0), "no signal after EVENTFD_OFF was cleared");
        Rig.Require("RING-6", context.Take(6).Count == 6, "events are missing");
    }
}
