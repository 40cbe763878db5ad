using System.Diagnostics;
using AioV2.Abi;
using AioV2.Conformance.World;

namespace AioV2.Conformance.Directed;

/// <summary>GET-1…6 where threads, time or faults are needed.</summary>
internal static unsafe class GetChecks
{
    public static IReadOnlyList<DirectedCheck> All { get; } =
    [
        new("A waiter wakes when its bytes are there", ["GET-1"], Wakes),
        new("A full buffer ends the wait", ["GET-1"], FullBuffer),
        new("A timeout takes what is there, and not before it ends", ["GET-1", "GET-2"], TimesOut),
        new("A deadline in the past polls, and bad times are refused", ["GET-2"], Deadline),
        new("An event larger than the buffer is refused and stays", ["GET-3"], TooSmall),
        new("A bad buffer loses no event", ["GET-4"], Faults),
        new("Many reapers share the events", ["GET-5"], ManyReapers),
        new("Waiters on a destroyed context return", ["GET-6", "DESTROY-1"], DestroyWakes),
    ];

    private static void Wakes(Rig rig)
    {
        var context = rig.Context();
        context.SubmitAll(
            Rig.Iocb(Aio2Op.Pread, 1, WorldLayout.PipeRead, WorldLayout.Data, 8, -1),
            Rig.Iocb(Aio2Op.Pread, 2, WorldLayout.PipeRead + 1, WorldLayout.Data, 8, -1));
        long result = 0;
        byte* buffer = (byte*)WorldLayout.Events;
        var waiter = new RigThread(() => result = rig.Aio.GetEvents(context.Id, buffer, 4096, 48, null, 0));
        rig.World.Feed(0, 8);
        Thread.Sleep(5);
        bool early = !waiter.IsAlive;
        rig.World.Feed(1, 8);
        Rig.Require("GET-1", waiter.Join(), "the waiter sleeps on with its bytes there");
        Rig.Require("GET-1", !early, "it came back with half of its bytes");
        Rig.Expect("GET-1", 48, result, "io_getevents2");
    }

    private static void FullBuffer(Rig rig)
    {
        var context = rig.Context();
        context.Nops(3);
        // 40 bytes hold one event of 24, and the second does not fit: the wait for 40 is over.
        Rig.Expect("GET-1", 24, context.Get(40, 40, Rig.PatienceSeconds, out _), "io_getevents2 of 40 bytes");
        Rig.Expect("GET-1", -Errno.EINVAL, context.Get(40, 41, 0, out _), "min_bytes above bytes");
        _ = context.Take(2);
    }

    private static void TimesOut(Rig rig)
    {
        var context = rig.Context();
        long start = Stopwatch.GetTimestamp();
        Rig.Expect("GET-2", 0, context.Get(4096, 24, 0.02, out _), "io_getevents2 with nothing to come");
        Rig.Require("GET-2", Stopwatch.GetElapsedTime(start).TotalMilliseconds >= 19.8, "it came back before its timeout");
        start = Stopwatch.GetTimestamp();
        Rig.Expect("GET-2", 0, context.Get(4096, 24, 0.0009, out _), "io_getevents2 for 900 us with nothing to come");
        Rig.Require("GET-2", Stopwatch.GetElapsedTime(start).TotalMicroseconds >= 890, "it came back before its 900 us");
        context.Nops(2);
        Rig.Expect("GET-1", 48, context.Get(4096, 4096, 0.3, out _), "io_getevents2 of more than is there");
    }

    private static void Deadline(Rig rig)
    {
        var context = rig.Context();
        long Wait(Aio2Wait wait) => rig.Aio.GetEvents(context.Id, (void*)WorldLayout.Events, 4096, 24, &wait, 0);
        Rig.Expect("GET-2", 0, Wait(new Aio2Wait { Size = 40, Flags = Aio2WaitFlags.Abstime, Sec = Stopwatch.GetTimestamp() / Stopwatch.Frequency }), "a deadline in the past");
        Rig.Expect("GET-2", 0, Wait(new Aio2Wait { Size = 40 }), "a timeout of zero");
        Rig.Expect("GET-2", -Errno.EINVAL, Wait(new Aio2Wait { Size = 40, Sec = -1 }), "a negative timeout");
        Rig.Expect("GET-2", -Errno.EINVAL, Wait(new Aio2Wait { Size = 40, Nsec = 1_000_000_000 }), "an unnormalised timeout");
        Rig.Expect("GET-2", -Errno.EINVAL, Wait(new Aio2Wait { Size = 40, Flags = 0x80 }), "an unknown wait flag");
        Rig.Expect("GET-2", -Errno.EINVAL, Wait(new Aio2Wait { Size = 32 }), "a wait below its first size");
        Rig.Expect("GET-2", -Errno.E2BIG, Wait(new Aio2Wait { Size = 8192 }), "a wait above 4096 bytes");
    }

    private static void TooSmall(Rig rig)
    {
        var context = rig.Context();
        byte[] bytes = new Calls.IocbWriter().Add(Rig.Iocb(Aio2Op.Nop, 7)).Attribute(0x9000, 0, []).ToArray();
        Rig.Expect("SUBMIT-1", bytes.Length, context.Submit(bytes), "io_submit2");
        Rig.Require("GET-3", Rig.Eventually(() => context.Get(32, 0, 0, out _) == -Errno.EMSGSIZE), "-EMSGSIZE never came for an event of 40 bytes in 32");
        Rig.Expect("GET-3", -Errno.EMSGSIZE, context.Get(39, 24, Rig.PatienceSeconds, out _), "io_getevents2 of 39 bytes");
        Rig.Require("GET-3", RigContext.UserData(context.Take(1))[0] == 7, "the event did not stay");
    }

    private static void Faults(Rig rig)
    {
        var kernel = rig.Kernel();
        if (kernel.UserMemory == Aio2UserMemory.Direct)
        {
            throw new NotOfferedException("checked user memory");
        }

        foreach (uint flags in (uint[])[0, Aio2Setup.UserReap])
        {
            if ((kernel.SetupFlags & flags) != flags)
            {
                continue;
            }

            var context = rig.Context(flags);
            context.Nops(3);
            foreach (ulong bad in (ulong[])[0, WorldLayout.Guard, WorldLayout.NonCanonical, WorldLayout.ReadOnlyPage])
            {
                Rig.Expect("GET-4", -Errno.EFAULT, context.Get(4096, 72, Rig.PatienceSeconds, out _, (byte*)bad), $"io_getevents2 into 0x{bad:x}");
            }

            // Room for one and a half: one comes, then the fault is told, then the rest comes elsewhere.
            byte* edge = (byte*)WorldLayout.Events + WorldLayout.EventsBytes - 36;
            long some = context.Get(4096, 72, Rig.PatienceSeconds, out byte[] events, edge);
            Rig.Expect("GET-4", 24, some, "io_getevents2 with a fault after one record");
            Rig.Expect("GET-4", -Errno.EFAULT, context.Get(4096, 24, Rig.PatienceSeconds, out _, (byte*)WorldLayout.Guard), "the next call");
            var all = RigContext.UserData(Rig.Split(events).Concat(context.Take(2))).Order().ToList();
            Rig.Require("GET-4", all.SequenceEqual((ulong[])[1ul, 2, 3]), $"after the faults came {string.Join(", ", all)}");
        }
    }

    private static void ManyReapers(Rig rig)
    {
        const int Total = 4000, Threads = 4;
        foreach (uint flags in (uint[])[0, Aio2Setup.UserReap])
        {
            if ((rig.Kernel().SetupFlags & flags) != flags)
            {
                continue;
            }

            var context = rig.Context(flags, nrReqs: 64, ringBytes: 4096);
            var seen = new int[Total];
            int taken = 0;
            var reapers = Enumerable.Range(0, Threads).Select(t => new RigThread(() => Reaper(rig, context, t, seen, ref taken, Total))).ToList();
            for (int next = 0; next < Total && reapers.Exists(r => r.IsAlive);)
            {
                byte[] one = new Calls.IocbWriter().Add(Rig.Iocb(Aio2Op.Nop, (ulong)next)).ToArray();
                long result = context.Submit(one);
                Rig.Require("RING-9", result == Iocb2.SizeOf || result == -Errno.EAGAIN, $"io_submit2 gave {result}");
                next += result > 0 ? 1 : 0;
                if (result < 0)
                {
                    Thread.Yield();
                }
            }

            bool joined = reapers.TrueForAll(r => r.Join());
            Rig.Require("GET-5", joined && seen.All(n => n == 1), $"{seen.Count(n => n == 0)} events were lost, {seen.Count(n => n > 1)} came twice");
        }
    }

    private static void Reaper(Rig rig, RigContext context, int thread, int[] seen, ref int taken, int total)
    {
        byte* buffer = (byte*)WorldLayout.Events + thread * 8192;
        bool ring = thread % 2 == 1 && context.Params.RingAddr != 0;
        long start = Stopwatch.GetTimestamp();
        while (Volatile.Read(ref taken) < total && Stopwatch.GetElapsedTime(start).TotalSeconds < Rig.PatienceSeconds)
        {
            var wait = new Aio2Wait { Size = Aio2Wait.SizeOf, Nsec = 5_000_000 };
            var events = ring ? context.Reap(16, "GET-5") : [];
            if (!ring)
            {
                long result = rig.Aio.GetEvents(context.Id, buffer, 4096, 24, &wait, 0);
                events = result > 0 ? Rig.Split(new ReadOnlySpan<byte>(buffer, (int)result)) : [];
            }

            // The patience is for standing still: a slow machine may need longer for all.
            start = events.Count > 0 ? Stopwatch.GetTimestamp() : start;
            foreach (ulong id in RigContext.UserData(events))
            {
                Rig.Require("RING-4", id < (ulong)seen.Length, $"an event reads as {id}, which nothing has");
                Interlocked.Increment(ref seen[id]);
                Interlocked.Increment(ref taken);
            }
        }
    }

    private static void DestroyWakes(Rig rig)
    {
        var context = rig.Context();
        context.SubmitAll(Rig.Iocb(Aio2Op.Pread, 1, WorldLayout.PipeRead, WorldLayout.Data, 8, -1));
        var results = new long[3];
        var waiters = Enumerable.Range(0, 3).Select(i => new RigThread(() =>
            results[i] = rig.Aio.GetEvents(context.Id, (byte*)WorldLayout.Events + i * 8192, 4096, 24, null, 0))).ToList();
        Thread.Sleep(5);
        Rig.Expect("DESTROY-1", 0, context.Destroy(), "io_destroy2 with waiters");
        Rig.Require("GET-6", waiters.TrueForAll(w => w.Join()), "a waiter sleeps on after destroy");
        Rig.Require("GET-6", results.All(r => r == -Errno.ENXIO), $"the waiters got {string.Join(", ", results)}");
    }
}
