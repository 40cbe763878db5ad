using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Tests;

namespace AioV2.Kernel.Tests;

/// <summary>NOPs that take the short way into the ring, beside those that cannot (SUBMIT-1, RING-3, RING-6, RING-7).</summary>
public sealed class NopTests
{
    [Theory, InlineData(0u), InlineData(Aio2Setup.UserReap), Requirement("RING-6", "RING-3", "RING-7")]
    public void Runs_of_bare_and_other_nops_come_in_order_over_the_rings_end_and_the_list(uint kind)
    {
        using var aio = Harness.Context(nrReqs: 1000, flags: kind);
        var random = new Random(20);
        ulong next = 0, seen = 0;
        var room = new byte[6000];
        for (var round = 0; round < 300; round++)
        {
            var run = new List<byte>();
            for (var left = random.Next(1, 150); left > 0; left--)
            {
                run.AddRange(random.Next(40) == 0 ? Timed(next) : MemoryMarshal.AsBytes([Harness.Nop(next)]));
                next++;
            }

            Assert.Equal(run.Count, aio.Submit(CollectionsMarshal.AsSpan(run)));
            seen += Taken(aio, room.AsSpan(0, random.Next(1000, room.Length)), seen);
        }

        for (ulong more; (more = Taken(aio, room, seen)) != 0; seen += more)
        {
        }

        Assert.Equal(next, seen);
    }

    [Theory, InlineData(0u), InlineData(Aio2Setup.SubmitAll), Requirement("SUBMIT-1", "SUBMIT-3", "SUBMIT-5")]
    public void What_follows_bare_nops_in_a_run_is_judged_where_it_stands(uint submitAll)
    {
        using var aio = Harness.Context(flags: Aio2Setup.UserReap | submitAll);
        var bad = Harness.Nop(2) with { Len = 1 };
        var went = aio.Submit(MemoryMarshal.AsBytes([Harness.Nop(0), Harness.Nop(1), bad, Harness.Nop(3)]), out var ext);

        Assert.Equal((96ul, 96ul + Iocb2.At.Len, -Errno.EINVAL), (ext.RecordOffset, ext.FieldOffset, ext.Error));
        Assert.Equal(submitAll == 0 ? 96 : 192, went);
        Assert.Equal(
            submitAll == 0 ? [(0ul, 0L), (1, 0)] : [(0ul, 0L), (1, 0), (2, -Errno.EINVAL), (3, 0)],
            aio.Reap((int)went / Iocb2.SizeOf).Select(e => (e.UserData, e.Res)));
    }

    [Theory, InlineData(0), InlineData(1), InlineData(3), Requirement("SUBMIT-3")]
    public void A_run_that_ends_within_a_record_is_accepted_up_to_it(int whole)
    {
        using var aio = Harness.Context();
        var run = MemoryMarshal.AsBytes([Harness.Nop(0), Harness.Nop(1), Harness.Nop(2), Harness.Nop(3)])[..((whole * Iocb2.SizeOf) + 40)];

        Assert.Equal(whole == 0 ? -Errno.EINVAL : whole * Iocb2.SizeOf, aio.Submit(run));
        Assert.Equal(whole, aio.Reap(whole).Count);
    }

    // Takes what is there, as far as there is room for it: how many events, each the next.
    private static ulong Taken(Harness aio, Span<byte> room, ulong next)
    {
        var events = Event.Split(room[..(int)aio.Poll(room)]);
        Assert.All(events, (e, i) => Assert.Equal((next + (ulong)i, 0L), (e.UserData, e.Res)));
        return (ulong)events.Count;
    }

    private static byte[] Timed(ulong userData)
    {
        var record = new byte[Iocb2.SizeOf + Aio2Attr.SizeOf];
        var iocb = Harness.Nop(userData) with { Bytes = (uint)record.Length };
        var attribute = new Aio2Attr { Bytes = Aio2Attr.SizeOf, Type = Aio2AttrType.Timing };
        MemoryMarshal.Write(record, iocb);
        MemoryMarshal.Write(record.AsSpan(Iocb2.SizeOf), attribute);
        return record;
    }
}
