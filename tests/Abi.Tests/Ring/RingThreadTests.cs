using AioV2.Abi.Ring;
using AioV2.Tests;

namespace AioV2.Abi.Tests.Ring;

/// <summary>Real threads: each event reaches exactly one reaper, and each sees its own in order.</summary>
/// <remarks>The ring's memory is given back only after success: threads that hang would end the whole run.</remarks>
public sealed unsafe class RingThreadTests
{
    private const int Records = 60_000;
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(120);

    [Theory, Requirement("RING-4", "RING-6", "GET-5")]
    [InlineData(1, false)]
    [InlineData(3, false)]
    [InlineData(3, true)]
    public void Each_record_reaches_exactly_one_reaper_in_order(int reapers, bool shareOneReaper)
    {
        var memory = new RingMemory(start: 0xffff_ffff_ffff_0000);
        RingProducer producer = memory.Producer();
        RingReaper shared = memory.Reaper();
        var taken = new List<ulong>[reapers];
        int reaped = 0;
        Action[] threads = [.. Enumerable.Range(0, reapers).Select(n => (Action)(() =>
        {
            taken[n] = [];
            RingReaper reaper = shareOneReaper ? shared : memory.Reaper();
            var buffer = new byte[4096];
            while (Volatile.Read(ref reaped) < Records)
            {
                // One at a time or many, by turns.
                RingStatus status = taken[n].Count % 3 == 0 ? reaper.ReadBatch(buffer, out int bytes) : reaper.TryRead(buffer, out bytes);
                if (status == RingStatus.Event)
                {
                    List<ulong> serials = TestRecord.SerialsOf(buffer.AsSpan(0, bytes));
                    taken[n].AddRange(serials);
                    Interlocked.Add(ref reaped, serials.Count);
                }
                else
                {
                    Thread.Yield();
                }
            }
        }))];
        RunAll(threads, () =>
        {
            for (ulong i = 0; i < Records; i++)
            {
                while (!producer.TryWrite(TestRecord.Make(i, 24 + (int)(i % 20) * 8)))
                {
                    Thread.Yield();
                }
            }
        });
        AssertExactlyOnce(taken, Records);
        Assert.Equal(0u, memory.Header->Flags);
        memory.Dispose();
    }

    [Fact, Requirement("RING-6", "RING-7", "RING-8", "GET-5")]
    public void With_a_list_drains_and_the_kernels_own_reaping_nothing_is_lost_or_comes_twice()
    {
        var memory = new RingMemory();
        var ring = new OverflowRing<TestItem, TestList>(memory.Producer(), default);
        var contextLock = new Lock();
        var taken = new List<ulong>[3];
        int reaped = 0;
        Action[] threads = [.. Enumerable.Range(0, taken.Length).Select(n => (Action)(() =>
        {
            taken[n] = [];
            RingReaper reaper = memory.Reaper();
            var buffer = new byte[4096];
            while (Volatile.Read(ref reaped) < Records)
            {
                RingStatus status = n == 0 ? CallTakes(buffer, out int bytes) : reaper.TryRead(buffer, out bytes);
                if (status == RingStatus.Event)
                {
                    List<ulong> serials = TestRecord.SerialsOf(buffer.AsSpan(0, bytes));
                    taken[n].AddRange(serials);
                    Interlocked.Add(ref reaped, serials.Count);
                }
                else if (status == RingStatus.EnterKernel)
                {
                    lock (contextLock)
                    {
                        ring.Drain();
                    }
                }
                else
                {
                    Assert.Equal(RingStatus.Empty, status);
                    Thread.Yield();
                }
            }
        }))];

        RingStatus CallTakes(Span<byte> buffer, out int bytes)
        {
            RingClaim claim;
            RingStatus status;
            do
            {
                lock (contextLock)
                {
                    ring.Drain();
                    status = ring.Ring.Collect(buffer.Length, out claim);
                }

                // As io_getevents2: the copy is made without the lock, and taken if nobody else was first.
                claim.CopyTo(buffer);
                bytes = claim.Bytes;
            }
            while (status == RingStatus.Event && !ring.Ring.TryTake(claim));
            return status;
        }

        RunAll(threads, () =>
        {
            for (ulong i = 0; i < Records;)
            {
                lock (contextLock)
                {
                    ring.Begin();
                    for (int n = 0; n < 7 && i < Records; n++, i++)
                    {
                        ring.Complete(new TestItem(TestRecord.Make(i, 24 + (int)(i % 50) * 8)));
                    }

                    ring.End();
                    if (ring.List.Count < 100)
                    {
                        continue;
                    }
                }

                Thread.Yield();
            }
        });
        AssertExactlyOnce(taken, Records);
        Assert.Equal(0, ring.List.Count);
        Assert.True(ring.Ring.OverflowEpisodes > 0, "the list was used");
        Assert.Equal(0u, memory.Header->Flags);
        memory.Dispose();
    }

    [Fact, Requirement("RING-8")]
    public void A_single_reaper_that_finds_the_ring_empty_has_missed_nothing()
    {
        var memory = new RingMemory();
        var ring = new OverflowRing<TestItem, TestList>(memory.Producer(), default);
        var contextLock = new Lock();
        long completed = 0;
        long seen = 0;
        Action reaping = () =>
        {
            RingReaper reaper = memory.Reaper(single: true);
            while (seen < Records)
            {
                long before = Volatile.Read(ref completed);
                switch (reaper.TryPeek(out ReadOnlySpan<byte> record))
                {
                    case RingStatus.Event:
                        Assert.Equal((ulong)seen++, TestRecord.SerialOf(record));
                        reaper.Advance();
                        break;
                    case RingStatus.EnterKernel:
                        lock (contextLock)
                        {
                            ring.Drain();
                        }

                        break;
                    default:
                        // All that was visible before the test has been reaped.
                        Assert.True(before <= seen, $"empty after {seen}, but {before} were completed");
                        Thread.Yield();
                        break;
                }
            }
        };
        RunAll([reaping], () =>
        {
            for (ulong i = 0; i < Records; i++)
            {
                lock (contextLock)
                {
                    ring.Begin();
                    ring.Complete(new TestItem(TestRecord.Make(i, 24 + (int)(i % 9) * 88)));
                    ring.End();
                    Volatile.Write(ref completed, (long)i + 1);
                }

                if (ring.Ring.OverflowEvents % 64 == 63)
                {
                    Thread.Yield();
                }
            }
        });
        Assert.Equal(Records, seen);
        memory.Dispose();
    }

    // A failure in any thread fails the test, and so does one that never ends.
    private static void RunAll(Action[] reapers, Action producer)
    {
        var failures = new System.Collections.Concurrent.ConcurrentQueue<Exception>();
        Thread[] threads = [.. reapers.Append(producer).Select(body => new Thread(() =>
        {
            try
            {
                body();
            }
            catch (Exception e)
            {
                failures.Enqueue(e);
            }
        }) { IsBackground = true })];
        Array.ForEach(threads, t => t.Start());
        long end = Environment.TickCount64 + (long)Bound.TotalMilliseconds;
        while (threads.Any(t => !t.Join(100)) && failures.IsEmpty && Environment.TickCount64 < end)
        {
        }

        Assert.Empty(failures);
        Assert.All(threads, t => Assert.False(t.IsAlive, "a thread never ended"));
    }

    private static void AssertExactlyOnce(List<ulong>[] taken, int records)
    {
        Assert.All(taken, t => Assert.Equal(t.Order(), t));
        Assert.Equal(Enumerable.Range(0, records).Select(i => (ulong)i), taken.SelectMany(t => t).Order());
    }
}
