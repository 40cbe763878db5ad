using AioV2.Abi.Ring;
using AioV2.Tests;
using FsCheck;
using FsCheck.Fluent;

namespace AioV2.Abi.Tests.Ring;

public sealed unsafe class OverflowRingTests
{
    [Fact, Requirement("RING-6", "RING-7", "RING-8")]
    public void Whatever_overflows_comes_in_order_and_the_flag_says_exactly_whether_the_list_holds_something()
    {
        Gen<(int Act, int Number)[]> runs = Gen.Choose(0, 120).SelectMany(n =>
            Gen.Zip(Gen.Choose(0, 9), Gen.OneOf(Gen.Choose(3, 128), Gen.Choose(100, 128))).ArrayOf(n));
        Seeded.ForAll(runs, 500, steps =>
        {
            using var memory = new RingMemory(start: 0xffff_ffff_ffff_8000);
            var ring = new OverflowRing<TestItem, TestList>(memory.Producer(), default);
            RingReaper reaper = memory.Reaper();
            var buffer = new byte[4096];
            ulong completed = 0, reaped = 0, listed = 0, episodes = 0;
            foreach ((int act, int number) in steps)
            {
                switch (act)
                {
                    case < 6:
                        ring.Begin();
                        for (int i = 0; i < act; i++)
                        {
                            bool wasUp = (memory.Header->Flags & Aio2RingFlags.Overflow) != 0;
                            bool inRing = ring.Complete(new TestItem(TestRecord.Make(completed++, number * 8)));
                            listed += inRing ? 0u : 1;
                            episodes += inRing || wasUp ? 0u : 1;
                        }

                        ring.End();
                        break;
                    case < 8:
                        Reap(buffer);
                        break;
                    default:
                        ring.Drain();
                        break;
                }

                Assert.Equal(ring.List.Count != 0, (memory.Header->Flags & Aio2RingFlags.Overflow) != 0);
                Assert.Equal(listed, memory.Header->OverflowEvents);
                Assert.Equal(episodes, memory.Header->OverflowEpisodes);
            }

            while (reaped != completed)
            {
                ulong before = reaped;
                ring.Drain();
                while (Reap(buffer) == RingStatus.Event)
                {
                }

                Assert.NotEqual(before, reaped);
            }

            Assert.Equal(RingStatus.Empty, reaper.Test());

            RingStatus Reap(Span<byte> room)
            {
                RingStatus status = reaper.TryRead(room, out int bytes);
                if (status == RingStatus.Event)
                {
                    Assert.Equal(reaped++, TestRecord.SerialOf(room[..bytes]));
                }

                return status;
            }
        });
    }

    [Fact, Requirement("RING-7")]
    public void A_newer_record_that_would_fit_queues_behind_the_list()
    {
        using var memory = new RingMemory();
        var ring = new OverflowRing<TestItem, TestList>(memory.Producer(), default);
        for (ulong i = 0; i < 4; i++)
        {
            Assert.True(ring.Complete(new TestItem(TestRecord.Make(i, 1000))));
        }

        // 96 bytes are left: not enough for the fourth, enough for the fifth.
        Assert.False(ring.Complete(new TestItem(TestRecord.Make(4, 1000))));
        Assert.False(ring.Complete(new TestItem(TestRecord.Make(5, 24))));
        Assert.Equal(2, ring.List.Count);
        Assert.Equal(0, ring.Drain());
        Assert.Equal(Aio2RingFlags.Overflow, memory.Header->Flags);

        // What one record of 1000 freed takes a PAD of 96 and the next 1000 exactly: the ring is full again.
        Assert.Equal(RingStatus.Event, memory.Reaper().TryRead(new byte[4096], out _));
        Assert.Equal(1, ring.Drain());
        Assert.Equal(4096ul, memory.Header->Tail - memory.User->Head);
        Assert.Equal(Aio2RingFlags.Overflow, memory.Header->Flags);
        Assert.Equal(RingStatus.Event, memory.Reaper().TryRead(new byte[4096], out _));
        Assert.Equal(1, ring.Drain());
        Assert.Equal(0u, memory.Header->Flags);
    }

    [Fact, Requirement("RING-5", "RING-7")]
    public void A_corrupt_ring_takes_nothing_and_the_list_takes_all()
    {
        using var memory = new RingMemory();
        var ring = new OverflowRing<TestItem, TestList>(memory.Producer(), default);
        Assert.True(ring.Complete(new TestItem(TestRecord.Make(0, 24))));
        ring.End();
        memory.User->Head = 48;

        ring.Begin();
        Assert.False(ring.Complete(new TestItem(TestRecord.Make(1, 24))));
        ring.End();
        memory.User->Head = 24;
        Assert.Equal(0, ring.Drain());
        Assert.Equal(1, ring.List.Count);
        Assert.Equal(24ul, memory.Header->Tail);
        Assert.Equal(Aio2RingFlags.Corrupt | Aio2RingFlags.Overflow, memory.Header->Flags);
    }
}
