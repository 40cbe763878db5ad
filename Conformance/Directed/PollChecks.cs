using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Conformance.Calls;
using AioV2.Conformance.World;

namespace AioV2.Conformance.Directed;

/// <summary>SUBMIT-8: POLL with MULTI and with LEVEL.</summary>
internal static unsafe class PollChecks
{
    public static IReadOnlyList<DirectedCheck> All { get; } =
    [
        new("MULTI gives a MORE event for each edge and one final event", ["SUBMIT-8", "RING-6"], Multi),
        new("Edges that come while an event waits are merged into it, and one slot is enough", ["SUBMIT-8", "RING-9"], Merged),
        new("LEVEL gives a reading at each call while the source is ready, never in the ring", ["SUBMIT-8"], Level),
        new("Readings count for min_bytes and are served in turn", ["SUBMIT-8", "GET-1"], LevelInTurn),
        new("MULTI and LEVEL are for POLL alone", ["SUBMIT-3", "SUBMIT-8"], ForPollAlone),
    ];

    private static Iocb2 Poll(ulong userData, int pipe, ushort flags)
    {
        var iocb = Rig.Iocb(Aio2Op.Poll, userData, WorldLayout.PipeRead + pipe, len: (ulong)Libc.PollIn);
        iocb.Flags = flags;
        return iocb;
    }

    private static IoEvent2 Head(byte[] e) => MemoryMarshal.Read<IoEvent2>(e);

    private static void More(byte[] e, ulong userData)
    {
        var head = Head(e);
        Rig.Require("SUBMIT-8", head.UserData == userData && head.Flags == Aio2EventFlags.More && head.Res == Libc.PollIn,
            $"an edge gave user_data {head.UserData}, flags 0x{head.Flags:x}, result {head.Res}");
    }

    private static void Finish(Rig rig, RigContext context, ulong userData)
    {
        Rig.Expect("CANCEL-1", 1, rig.Aio.Cancel(context.Id, userData, 0), "io_cancel2 of the POLL");
        byte[]? last = null;
        while (last is null)
        {
            var all = context.Take(1);
            last = all.Find(e => (Head(e).Flags & (Aio2EventFlags.More | Aio2EventFlags.Level)) == 0);
        }

        Rig.Require("SUBMIT-8", Head(last).UserData == userData && Head(last).Res == -Errno.ECANCELED, $"the final event of a cancelled POLL has result {Head(last).Res}");
        Rig.Expect("RING-6", 0, context.Get(4096, 0, 0, out _), "io_getevents2 after the final event");
    }

    private static void Multi(Rig rig)
    {
        rig.NeedsFeature(Aio2Feat.PollMulti);
        var context = rig.Context();
        context.SubmitAll(Poll(4, 0, Aio2IocbFlags.Multi));
        for (int i = 0; i < 5; i++)
        {
            rig.World.Feed(0, 16);
            More(context.Take(1)[0], 4);
        }

        Finish(rig, context, 4);
        rig.World.Feed(0, 16);
        Rig.Expect("RING-6", 0, context.Get(4096, 24, 0.02, out _), "io_getevents2 after the final event and another edge");
    }

    private static void Merged(Rig rig)
    {
        rig.NeedsFeature(Aio2Feat.PollMulti);
        var context = rig.Context(nrReqs: 1);
        context.SubmitAll(Poll(4, 0, Aio2IocbFlags.Multi));
        for (int i = 0; i < 6; i++)
        {
            rig.World.Feed(0, 16);
        }

        int events = 0;
        var first = context.Take(1);
        do
        {
            first.ForEach(e => More(e, 4));
            events += first.Count;
            first = context.Get(65536, 24, 0.05, out byte[] bytes) > 0 ? Rig.Split(bytes) : [];
        }
        while (first.Count > 0);
        Rig.Require("SUBMIT-8", events is >= 1 and <= 6, $"6 edges gave {events} events");
        Finish(rig, context, 4);
        Rig.Expect("RING-9", Iocb2.SizeOf, context.Submit(new IocbWriter().Add(Rig.Iocb(Aio2Op.Nop, 1)).ToArray()), "io_submit2 to the one slot after the final event");
        _ = context.Take(1);
    }

    private static void Level(Rig rig)
    {
        rig.NeedsFeature(Aio2Feat.PollLevel);
        bool shared = (rig.Kernel().SetupFlags & Aio2Setup.UserReap) != 0;
        var context = rig.Context(shared ? Aio2Setup.UserReap : 0);
        context.SubmitAll(Poll(3, 0, Aio2IocbFlags.Level));
        Rig.Expect("SUBMIT-8", 0, context.Get(4096, 0, 0, out _), "io_getevents2 of a source that is not ready");
        rig.World.Feed(0, 8);
        for (int i = 0; i < 3; i++)
        {
            Rig.Expect("SUBMIT-8", 24, context.Get(4096, 24, Rig.PatienceSeconds, out byte[] reading), $"io_getevents2 number {i} of a source that is ready");
            var head = Head(reading);
            Rig.Require("SUBMIT-8", head.UserData == 3 && head.Flags == Aio2EventFlags.Level && head.Res == Libc.PollIn, $"a reading has user_data {head.UserData}, flags 0x{head.Flags:x}, result {head.Res}");
            Rig.Require("SUBMIT-8", !shared || context.Tail == 0, "a reading stands in the ring");
        }

        byte* buffer = stackalloc byte[8];
        Libc.Must(Libc.Read(WorldLayout.PipeRead, buffer, 8), "read");
        Rig.Expect("SUBMIT-8", 0, context.Get(4096, 24, 0.02, out _), "io_getevents2 of a source that is not ready any more");
        rig.World.Feed(0, 8);
        Rig.Expect("SUBMIT-8", 24, context.Get(4096, 24, Rig.PatienceSeconds, out _), "io_getevents2 of a source that is ready again");
        Finish(rig, context, 3);
    }

    private static void LevelInTurn(Rig rig)
    {
        rig.NeedsFeature(Aio2Feat.PollLevel);
        var context = rig.Context();
        context.SubmitAll(Poll(0, 0, Aio2IocbFlags.Level), Poll(1, 1, Aio2IocbFlags.Level), Poll(2, 2, Aio2IocbFlags.Level));
        for (int i = 0; i < 3; i++)
        {
            rig.World.Feed(i, 8);
        }

        Rig.Expect("GET-1", 72, context.Get(4096, 72, Rig.PatienceSeconds, out byte[] all), "io_getevents2 for three readings");
        Rig.Require("SUBMIT-8", RigContext.UserData(Rig.Split(all)).Order().SequenceEqual((ulong[])[0ul, 1, 2]), "one source gave two readings in a call");
        var turns = new List<ulong>();
        for (int i = 0; i < 6; i++)
        {
            Rig.Expect("SUBMIT-8", 24, context.Get(24, 24, Rig.PatienceSeconds, out byte[] one), "io_getevents2 with room for one reading");
            turns.Add(Head(one).UserData);
        }

        Rig.Require("SUBMIT-8", turns.Take(3).Order().SequenceEqual((ulong[])[0ul, 1, 2]) && turns.Skip(3).SequenceEqual(turns.Take(3)), $"sources were served as {string.Join(", ", turns)}");
        context.Nops(1, first: 9);
        Rig.Require("SUBMIT-8", Rig.Eventually(() => context.Get(24, 24, 1, out byte[] e) == 24 && Head(e) is { UserData: 9, Flags: 0 }), "an event never came before the readings");
    }

    private static void ForPollAlone(Rig rig)
    {
        rig.NeedsOp(Aio2Op.Poll);
        var context = rig.Context();
        foreach (ushort flag in (ushort[])[Aio2IocbFlags.Multi, Aio2IocbFlags.Level])
        {
            var nop = Rig.Iocb(Aio2Op.Nop, 1);
            nop.Flags = flag;
            Rig.Expect("SUBMIT-3", -Errno.EINVAL, context.Submit(new IocbWriter().Add(nop).ToArray()), $"a NOP with flags {flag}");
        }

        Rig.Expect("SUBMIT-8", -Errno.EINVAL, context.Submit(new IocbWriter().Add(Poll(1, 0, Aio2IocbFlags.Multi | Aio2IocbFlags.Level)).ToArray()), "POLL with MULTI and LEVEL");
    }
}
