using System.Diagnostics;
using AioV2.Abi;
using AioV2.Conformance.World;

namespace AioV2.Conformance.Directed;

/// <summary>What a reaper or a sleeper may see between two steps of the kernel's side: RING-5, RING-8, RING-10, GET-1, DESTROY-1.</summary>
internal static unsafe class RingRaceChecks
{
    public static IReadOnlyList<DirectedCheck> All { get; } =
    [
        new("An empty ring without flags is empty while the list drains", ["RING-8", "RING-7"], EmptyIsEmpty),
        new("A head that changes while it is looked at gives no room", ["RING-5"], HeadTwice),
        new("A sleeper by the eventfd misses nothing", ["RING-10"], Sleeper),
        new("A waiter misses no event that comes as it goes to sleep", ["GET-1"], GoesToSleep),
        new("A waiter who could return wakes, though a younger one waits for more", ["GET-1"], YoungerWantsMore),
        new("Nothing is put behind DEAD", ["DESTROY-1"], BehindDead),
    ];

    private static Iocb2 Blocked(int pipe, ulong userData) => Rig.Iocb(Aio2Op.Pread, userData, WorldLayout.PipeRead + pipe, WorldLayout.Data + (ulong)(pipe * 4096), 8, -1);

    // RING-8: head, flags, tail, in that order; true where that says that nothing was there.
    private static bool IsEmpty(RigContext context)
    {
        ulong head = Volatile.Read(ref context.Head);
        uint flags = context.RingFlags;
        return head == context.Tail && flags == 0;
    }

    private static void EmptyIsEmpty(Rig rig)
    {
        const int Count = 600;
        rig.NeedsSetup(Aio2Setup.UserReap);
        for (int round = 0; round < 6; round++)
        {
            using var context = rig.Context(Aio2Setup.UserReap, nrReqs: Count, ringBytes: 4096);
            context.Nops(Count);
            Rig.Require("RING-7", Rig.Eventually(() => ((Aio2Ring*)context.Map)->OverflowEvents == Count - 170), "600 NOPs did not complete");

            // The first to leave the list leave many there.
            int got = context.Reap(10).Count;
            Rig.Expect("GET-1", 0, context.Get(0, 0, 0, out _), "io_getevents2 without room");
            Rig.Require("RING-8", (context.RingFlags & Aio2RingFlags.Overflow) != 0, $"no OVERFLOW with {Count - 170 - 10} events on the list");
            bool over = false;
            var caller = new RigThread(() =>
            {
                while (!Volatile.Read(ref over))
                {
                    Rig.Expect("GET-1", 0, rig.Aio.GetEvents(context.Id, null, 0, 0, null, 0), "io_getevents2 without room");
                    Thread.Yield();
                }
            });
            try
            {
                long start = Stopwatch.GetTimestamp();
                while (got < Count && Stopwatch.GetElapsedTime(start).TotalSeconds < Rig.PatienceSeconds)
                {
                    int some = context.Reap().Count;
                    got += some;
                    if (some == 0 && IsEmpty(context))
                    {
                        break;
                    }
                }
            }
            finally
            {
                Volatile.Write(ref over, true);
                _ = caller.Join();
            }

            Rig.Require("RING-8", got == Count, $"the ring was empty without a flag when {Count - got} of {Count} completed events were still to come");
        }
    }

    // The ring is full as long as head is 0, and no other head is valid that this side writes.
    private static void HeadTwice(Rig rig)
    {
        rig.NeedsSetup(Aio2Setup.UserReap);
        for (int round = 0; round < 24; round++)
        {
            using var context = rig.Context(Aio2Setup.UserReap, nrReqs: 400, ringBytes: 4096);
            context.Nops(170);
            Rig.Require("RING-6", Rig.Eventually(() => context.Tail == 4080), "170 NOPs did not come");
            bool over = false;
            var changer = new RigThread(() =>
            {
                while (!Volatile.Read(ref over))
                {
                    Volatile.Write(ref context.Head, 4080 + 512);
                    Thread.SpinWait(30);
                    Volatile.Write(ref context.Head, 0);
                    Thread.SpinWait(30);
                }
            });
            try
            {
                for (int i = 0; i < 12; i++)
                {
                    context.Nops(1, first: 1000 + (ulong)i);
                }
            }
            finally
            {
                Volatile.Write(ref over, true);
                _ = changer.Join();
            }

            Rig.Require("RING-5", context.Tail <= 4096, $"tail went to {context.Tail} over events that nobody took");
        }
    }

    // The user's side of RING-10, again and again, with completions at any moment. In turn: a read and a pass of few behind it; a
    // pass of many alone, which leaves time between its first event and its last; a read alone, now and then one whose data has
    // come just before the sleeper clears EVENTFD_OFF.
    private static void Sleeper(Rig rig)
    {
        const int Rounds = 90, Many = 64;
        rig.NeedsSetup(Aio2Setup.UserReap | Aio2Setup.Eventfd);
        int fd = WorldLayout.Eventfd;
        var context = rig.Context(Aio2Setup.UserReap | Aio2Setup.Eventfd, ringBytes: 16384, eventfd: fd);
        for (int round = 0; round < Rounds; round++)
        {
            int spin = round * 40, reads = round % 3 == 1 ? 0 : 1, nops = (round % 3) switch { 0 => 4, 1 => Many, _ => 0 };
            context.SubmitAll([.. Enumerable.Repeat(Blocked(0, 1), reads)]);
            var feeder = new RigThread(() =>
            {
                Thread.SpinWait(spin);
                rig.World.Feed(0, 8 * reads);
                context.Nops(nops, first: 10);
            });
            Thread.SpinWait(round % 7 * 300);
            if (nops == 0 && round / 3 % 3 != 0)
            {
                UserFlags(context) = Aio2User.EventfdOff;
                Rig.Require("RING-10", feeder.Join(), "the submitter hangs");
                Thread.Sleep(round / 9 % 3);
            }

            SleepAndReap(context, fd, reads + nops, round);
            Rig.Require("RING-10", feeder.Join(), "the submitter hangs");
        }
    }

    private static ref uint UserFlags(RigContext context) => ref *(uint*)(context.Map + context.Params.UserOffset + Aio2RingUser.At.UserFlags);

    private static void SleepAndReap(RigContext context, int fd, int owed, int round)
    {
        ref uint off = ref UserFlags(context);
        int got = 0;
        while (got < owed)
        {
            Volatile.Write(ref off, Aio2User.EventfdOff);
            got += context.Reap().Count;
            // In some rounds it tests and sleeps as fast as it can, in others it has something to do while it is awake.
            Thread.Sleep(round / 3 % 2);
            Volatile.Write(ref off, 0);
            Interlocked.MemoryBarrier();
            if (got < owed && IsEmpty(context))
            {
                Rig.Require("RING-10", Sleep(fd), $"a sleeper was not woken with {owed - got} event(s) to come, in round {round}");
                _ = Rig.TakeEventfd(fd);
            }
        }
    }

    private static bool Sleep(int fd)
    {
        var poll = new Libc.PollFd { Fd = fd, Events = Libc.PollIn };
        long start = Stopwatch.GetTimestamp();
        // The runtime's signals end a poll, too.
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < Rig.PatienceSeconds)
        {
            if (Libc.Poll(&poll, 1, 100) == 1)
            {
                return true;
            }
        }

        return false;
    }

    private static void GoesToSleep(Rig rig)
    {
        var context = rig.Context();
        for (int round = 0; round < 40; round++)
        {
            context.SubmitAll(Blocked(0, 1));
            long result = 0;
            using var inside = new ManualResetEventSlim();
            var waiter = new RigThread(() =>
            {
                inside.Set();
                result = rig.Aio.GetEvents(context.Id, (byte*)WorldLayout.Events, 4096, IoEvent2.SizeOf, null, 0);
            });
            inside.Wait();
            Thread.SpinWait(round * 100);
            rig.World.Feed(0, 8);
            bool joined = waiter.Join();
            Rig.Require("GET-1", joined && result == IoEvent2.SizeOf, joined ? $"a waiter got {result}" : "an event came as a waiter went to sleep, and it sleeps on");
        }
    }

    private static void YoungerWantsMore(Rig rig)
    {
        var context = rig.Context();
        context.SubmitAll(Blocked(0, 1), Blocked(1, 2), Blocked(2, 3));
        long[] results = new long[2];
        RigThread Waiter(int i, nuint min) => new(() =>
            results[i] = rig.Aio.GetEvents(context.Id, (byte*)WorldLayout.Events + i * 8192, 4096, min, null, 0));
        var older = Waiter(0, IoEvent2.SizeOf);
        Thread.Sleep(10);
        var younger = Waiter(1, 2 * IoEvent2.SizeOf);
        Thread.Sleep(10);
        rig.World.Feed(0, 8);
        Rig.Require("GET-1", older.Join(), "a waiter for one event sleeps on, though it is there");
        rig.World.Feed(1, 8);
        rig.World.Feed(2, 8);
        Rig.Require("GET-1", younger.Join() && results[0] == IoEvent2.SizeOf && results[1] == 2 * IoEvent2.SizeOf, $"the waiters got {string.Join(", ", results)}");
    }

    private static void BehindDead(Rig rig)
    {
        rig.NeedsSetup(Aio2Setup.UserReap);
        for (int round = 0; round < 8; round++)
        {
            using var context = rig.Context(Aio2Setup.UserReap);
            context.SubmitAll([.. Enumerable.Range(0, 6).Select(i => Blocked(i, (ulong)i))]);
            ulong atDead = 0;
            var watcher = new RigThread(() =>
            {
                _ = Rig.Eventually(() => (context.RingFlags & Aio2RingFlags.Dead) != 0);
                Volatile.Write(ref atDead, context.Tail + 1);
            });
            Rig.Expect("DESTROY-1", 0, context.Destroy(), "io_destroy2");
            Rig.Require("DESTROY-1", watcher.Join() && atDead == context.Tail + 1, $"tail was {atDead - 1} when DEAD was seen, and is {context.Tail}: a reaper who stops at DEAD misses events");
        }
    }
}
