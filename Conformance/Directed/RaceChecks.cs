using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Conformance.Calls;
using AioV2.Conformance.World;

namespace AioV2.Conformance.Directed;

/// <summary>Callers that do the same thing at once, or meet a completion: each is answered as if it were alone.</summary>
internal static unsafe class RaceChecks
{
    private const int Callers = 4;

    public static IReadOnlyList<DirectedCheck> All { get; } =
    [
        new("Contexts made at once are different", ["SETUP-2"], MadeAtOnce),
        new("A context is destroyed once, however many try", ["DESTROY-1"], DestroyedOnce),
        new("Exactly nr_reqs are accepted of what threads submit at once", ["RING-9"], SlotsShared),
        new("What threads submit at once all completes", ["RING-6"], AllComplete),
        new("A record that changes while it is submitted is one or the other", ["SUBMIT-2"], ChangesMeanwhile),
        new("Two waiters wake for two events", ["GET-1"], TwoWaiters),
        new("A waiter keeps nobody out", ["SUBMIT-6"], KeepsNobodyOut),
        new("A cancel and a completion that meet give one event", ["CANCEL-1"], CancelMeetsCompletion),
    ];

    private static Iocb2 Blocked(int pipe, ulong userData) => Rig.Iocb(Aio2Op.Pread, userData, WorldLayout.PipeRead + pipe, WorldLayout.Data + (ulong)(pipe * 4096), 8, -1);

    // Each thread has a place of its own for what it submits.
    private static long Submit(Rig rig, RigContext context, int place, Iocb2 iocb)
    {
        var at = (Iocb2*)(WorldLayout.Iocbs + (ulong)(place * WorldLayout.PageBytes));
        iocb.Bytes = Iocb2.SizeOf;
        *at = iocb;
        context.Offer(1);
        return rig.Aio.Submit(context.Id, at, Iocb2.SizeOf, null);
    }

    // Lets threads go at the same moment, and waits for them.
    private static void AtOnce(string requirement, int count, Action<int> body)
    {
        using var start = new Barrier(count);
        var threads = Enumerable.Range(0, count).Select(i => new RigThread(() =>
        {
            start.SignalAndWait();
            body(i);
        })).ToList();
        Rig.Require(requirement, threads.TrueForAll(t => t.Join()), "a caller hangs where others call at once");
    }

    private static void MadeAtOnce(Rig rig)
    {
        const int Each = 8;
        uint[] ids = new uint[Callers * Each];
        AtOnce("SETUP-2", Callers, thread =>
        {
            for (int i = 0; i < Each; i++)
            {
                var p = default(Aio2Params);
                Rig.Expect("SETUP-3", 0, rig.Setup(0, ref p), "io_setup2");
                ids[thread * Each + i] = p.Ctx;
            }
        });
        int different = ids.Distinct().Count();
        foreach (uint id in ids.Distinct())
        {
            // An id that io_setup2 gave names its context.
            Rig.Expect("SETUP-2", 0, rig.Aio.Destroy(id), "io_destroy2 of a context made at once with others");
        }

        Rig.Require("SETUP-2", different == ids.Length, $"{ids.Length} contexts made at once have {different} ids");
    }

    private static void DestroyedOnce(Rig rig)
    {
        for (int round = 0; round < 16; round++)
        {
            uint id = rig.Made();
            long[] results = new long[Callers];
            AtOnce("DESTROY-1", Callers, i => results[i] = rig.Aio.Destroy(id));
            Rig.Require("DESTROY-1", results.Count(r => r == 0) == 1 && results.Count(r => r == -Errno.ENXIO) == Callers - 1, $"io_destroy2 of one id at once gave {string.Join(", ", results)}");
        }
    }

    private static void SlotsShared(Rig rig)
    {
        for (int round = 0; round < 16; round++)
        {
            var context = rig.Context(nrReqs: Callers);
            int accepted = 0;
            AtOnce("RING-9", Callers, thread =>
            {
                foreach (int pipe in (int[])[thread, thread + Callers])
                {
                    long result = Submit(rig, context, thread, Blocked(pipe, (ulong)pipe));
                    Rig.Require("RING-9", result == Iocb2.SizeOf || result == -Errno.EAGAIN, $"io_submit2 gave {result}");
                    Interlocked.Add(ref accepted, result > 0 ? 1 : 0);
                }
            });
            Rig.Expect("RING-9", Callers, accepted, "records accepted by 4 slots");
            Rig.Expect("DESTROY-1", 0, context.Destroy(), "io_destroy2");
        }
    }

    private static void AllComplete(Rig rig)
    {
        const int Each = 200;
        var context = rig.Context(nrReqs: Callers * Each);
        AtOnce("RING-6", Callers, thread =>
        {
            for (int i = 0; i < Each; i++)
            {
                Rig.Expect("SUBMIT-1", Iocb2.SizeOf, Submit(rig, context, thread, Rig.Iocb(Aio2Op.Nop, (ulong)(thread * Each + i))), "io_submit2 of a NOP");
            }
        });
        var ids = RigContext.UserData(context.Take(Callers * Each)).Order().ToList();
        Rig.Require("RING-6", ids.SequenceEqual(Enumerable.Range(0, Callers * Each).Select(i => (ulong)i)), $"{ids.Count} events of {ids.Distinct().Count()} requests came");
    }

    // The first eight bytes change in one store between a NOP and an opcode that there is none of.
    private static void ChangesMeanwhile(Rig rig)
    {
        var context = rig.Context(nrReqs: 16);
        var at = (Iocb2*)(WorldLayout.Iocbs + WorldLayout.IocbsBytes - Iocb2.SizeOf);
        *at = Rig.Iocb(Aio2Op.Nop, 5);
        ref ulong head = ref *(ulong*)at;
        const ulong nop = Iocb2.SizeOf, none = Iocb2.SizeOf | 77ul << 48;
        bool over = false;
        ulong first = nop;
        var changer = new RigThread(() =>
        {
            for (ulong next = first; !Volatile.Read(ref over); next ^= nop ^ none)
            {
                Volatile.Write(ref *(ulong*)(WorldLayout.Iocbs + WorldLayout.IocbsBytes - Iocb2.SizeOf), next);
                Thread.SpinWait(20);
            }
        });
        try
        {
            for (int i = 0; i < 2000; i++)
            {
                // Where the changer is kept off its processor behind a store of the bad opcode, all that is submitted is refused and shows nothing.
                while (Volatile.Read(ref head) != nop)
                {
                    Thread.Yield();
                }

                context.Offer(1);
                long result = rig.Aio.Submit(context.Id, at, Iocb2.SizeOf, null);
                Rig.Require("SUBMIT-2", result == Iocb2.SizeOf || result == -Errno.EINVAL, $"io_submit2 of a record that changes gave {result}");
                Rig.Require("SUBMIT-2", result < 0 || RigContext.Res(context.Take(1, "SUBMIT-2")[0]) == 0, "a record was judged as a NOP and run as something else");
            }
        }
        finally
        {
            Volatile.Write(ref over, true);
            _ = changer.Join();
        }
    }

    private static void TwoWaiters(Rig rig)
    {
        var context = rig.Context();
        context.SubmitAll(Blocked(0, 1), Blocked(1, 2));
        long[] results = new long[2];
        var waiters = Enumerable.Range(0, 2).Select(i => new RigThread(() =>
            results[i] = rig.Aio.GetEvents(context.Id, (byte*)WorldLayout.Events + i * 8192, IoEvent2.SizeOf, IoEvent2.SizeOf, null, 0))).ToList();
        Thread.Sleep(5);
        rig.World.Feed(0, 8);
        rig.World.Feed(1, 8);
        bool joined = waiters.TrueForAll(w => w.Join());
        Rig.Require("GET-1", joined && results.All(r => r == IoEvent2.SizeOf), $"two waiters for an event each got {string.Join(", ", results)}");
    }

    private static void KeepsNobodyOut(Rig rig)
    {
        var context = rig.Context();
        context.SubmitAll(Blocked(0, 1));
        long waited = 0, submitted = 0;
        var waiter = new RigThread(() => waited = rig.Aio.GetEvents(context.Id, (byte*)WorldLayout.Events, 4096, 2 * IoEvent2.SizeOf, null, 0));
        Thread.Sleep(5);
        var submitter = new RigThread(() => submitted = Submit(rig, context, 0, Rig.Iocb(Aio2Op.Nop, 2)));
        bool passed = submitter.Join();
        rig.World.Feed(0, 8);
        bool woken = waiter.Join();
        Rig.Require("SUBMIT-6", passed && submitted == Iocb2.SizeOf, "io_submit2 waits for a caller of io_getevents2, who waits for I/O");
        Rig.Require("GET-1", woken && waited == 2 * IoEvent2.SizeOf, $"the waiter got {waited}");
    }

    private static void CancelMeetsCompletion(Rig rig)
    {
        var context = rig.Context();
        for (ulong round = 1; round <= 150; round++)
        {
            context.SubmitAll(Blocked(0, round));
            long told = 0;
            AtOnce("CANCEL-1", 2, thread =>
            {
                if (thread == 0)
                {
                    rig.World.Feed(0, 8);
                }
                else
                {
                    Thread.SpinWait((int)(round % 50) * 20);
                    told = rig.Aio.Cancel(context.Id, round, 0);
                }
            });
            _ = told == -Errno.ENOSYS ? throw new NotOfferedException("io_cancel2 is not offered") : told;
            Rig.Require("CANCEL-1", told is 1 or -Errno.ENOENT or -Errno.EALREADY, $"io_cancel2 gave {told}");
            byte[] e = context.Take(1, "CANCEL-1")[0];
            long res = RigContext.Res(e);
            Rig.Require("CANCEL-1", RigContext.UserData([e])[0] == round && (res == 8 || (res == -Errno.ECANCELED && told == 1)), $"a read that met a cancel ({told}) ended with {res}");
            Rig.Expect("CANCEL-1", 0, context.Get(4096, 0, 0, out _), "io_getevents2 after its one event");
            if (res < 0)
            {
                var left = new Libc.PollFd { Fd = WorldLayout.PipeRead, Events = Libc.PollIn };
                Rig.Require("CANCEL-1", Libc.Poll(&left, 1, 0) == 1, "a read that was cancelled took the pipe's bytes");
                Libc.Must(Libc.Read(WorldLayout.PipeRead, Rig.Data, 8), "read");
            }
        }
    }
}
