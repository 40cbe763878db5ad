using System.Diagnostics;
using AioV2.Abi;
using AioV2.Kernel.Linux;
using AioV2.Tests;

namespace AioV2.Kernel.Tests;

/// <summary>io_getevents2 (GET-1…6).</summary>
public sealed unsafe class GetEventsTests
{
    public static TheoryData<uint> Kinds => Harness.Kinds;

    [Theory, MemberData(nameof(Kinds)), Requirement("GET-1")]
    public void Nothing_is_taken_before_min_bytes_are_there(uint kind)
    {
        using var aio = Harness.Context(flags: kind);
        aio.Submit(Harness.Nop(1));

        // The buffer could hold more, and the minimum is not there: the timeout ends the wait with what there is.
        Assert.Equal(24, aio.Poll(new byte[200], 48));
        aio.Submit(Harness.Nop(2), Harness.Nop(3));
        Assert.Equal(48, aio.Poll(new byte[200], 48));
    }

    [Theory, MemberData(nameof(Kinds)), Requirement("GET-1")]
    public void A_waiter_sleeps_until_its_minimum_is_there(uint kind)
    {
        using var aio = Harness.Context(flags: kind);
        var result = 0L;
        var buffer = aio.Memory(240);
        var waiter = new Thread(() =>
        {
            var wait = new Aio2Wait { Size = Aio2Wait.SizeOf, Sec = Harness.Patience };
            result = aio.Kernel.GetEvents(aio.Ctx, buffer, 240, 72, &wait, 0);
        });
        waiter.Start();
        aio.Submit(Harness.Nop(1));
        aio.Submit(Harness.Nop(2));
        aio.Submit(Harness.Nop(3));

        Assert.True(waiter.Join(TimeSpan.FromSeconds(2 * Harness.Patience)));
        Assert.Equal(72, result);
    }

    [Theory, MemberData(nameof(Kinds)), Requirement("GET-1")]
    public void A_full_buffer_satisfies_a_minimum_that_whole_records_cannot_reach(uint kind)
    {
        using var aio = Harness.Context(flags: kind);
        aio.Submit(Harness.Nop(1), Harness.Nop(2));
        var buffer = stackalloc byte[60];

        // For ever: 48 of 60 bytes leave no room for a fixed part.
        Assert.Equal(48, aio.Kernel.GetEvents(aio.Ctx, buffer, 60, 60, null, 0));
    }

    [Theory, MemberData(nameof(Kinds)), Requirement("GET-3")]
    public void An_event_larger_than_the_buffer_is_refused_and_stays(uint kind)
    {
        using var aio = Harness.Context(flags: kind);
        aio.Submit(Record.Nop(7).Attribute(Aio2AttrType.Timing).Bytes);

        Assert.Equal(-Errno.EMSGSIZE, aio.Poll(new byte[24]));
        Assert.Equal(-Errno.EMSGSIZE, aio.Poll(new byte[24], 24));

        Assert.Equal(7ul, aio.ReapOne().UserData);
    }

    [Theory, MemberData(nameof(Kinds)), Requirement("GET-4")]
    public void A_bad_buffer_loses_no_event(uint kind)
    {
        using var aio = Harness.Context(flags: kind);
        aio.Submit(Harness.Nop(1), Harness.Nop(2), Harness.Nop(3));
        var page = (byte*)Libc.Mmap(null, 8192, Libc.PROT_READ | Libc.PROT_WRITE, Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS, -1, 0);
        Assert.Equal(0, Libc.Mprotect(page + 4096, 4096, Libc.PROT_NONE));
        var wait = new Aio2Wait { Size = Aio2Wait.SizeOf };

        Assert.Equal(-Errno.EFAULT, aio.Kernel.GetEvents(aio.Ctx, (void*)16, 4096, 1, &wait, 0));
        Assert.Equal(-Errno.EFAULT, aio.Kernel.GetEvents(aio.Ctx, page + 4096, 4096, 1, &wait, 0));

        // The fault comes inside the second record: the first is taken, the next call meets the fault.
        var edge = page + 4096 - 40;
        Assert.Equal(24, aio.Kernel.GetEvents(aio.Ctx, edge, 72, 1, &wait, 0));
        Assert.Equal(1ul, ((IoEvent2*)edge)->UserData);
        Assert.Equal(-Errno.EFAULT, aio.Kernel.GetEvents(aio.Ctx, page + 4096, 72, 1, &wait, 0));
        Assert.Equal([2ul, 3ul], aio.Reap(2).Select(e => e.UserData));
        Assert.Equal(0, Libc.Munmap(page, 8192));
    }

    [Fact, Requirement("ERR-1", "GET-1", "GET-2")]
    public void Arguments_are_refused_in_order()
    {
        using var aio = Harness.Context();
        aio.Submit(Harness.Nop(1));
        var buffer = stackalloc byte[64];
        long Get(uint ctx, nuint bytes, nuint min, void* wait, uint flags) =>
            aio.Kernel.GetEvents(ctx, buffer, bytes, min, (Aio2Wait*)wait, flags);

        Assert.Equal(-Errno.ENXIO, Get(aio.Ctx + 1, 8, 16, (void*)8, 1));
        Assert.Equal(-Errno.EINVAL, Get(aio.Ctx, 64, 0, (void*)8, 1));
        Assert.Equal(-Errno.EINVAL, Get(aio.Ctx, 8, 16, (void*)8, 0));
        Assert.Equal(-Errno.EFAULT, Get(aio.Ctx, 64, 1, (void*)8, 0));
        foreach (var (bad, expected) in new (Aio2Wait, int)[]
        {
            (new Aio2Wait { Size = 39 }, Errno.EINVAL),
            (new Aio2Wait { Size = 4097 }, Errno.E2BIG),
            (new Aio2Wait { Size = 40, Flags = 2 }, Errno.EINVAL),
            (new Aio2Wait { Size = 40, Sec = -1 }, Errno.EINVAL),
            (new Aio2Wait { Size = 40, Nsec = -1 }, Errno.EINVAL),
            (new Aio2Wait { Size = 40, Nsec = 1_000_000_000 }, Errno.EINVAL),
            (new Aio2Wait { Size = 40, Reserved = 1 }, Errno.EINVAL),
            (new Aio2Wait { Size = 40, SigsetBytes = 8 }, Errno.EINVAL),
            (new Aio2Wait { Size = 40, Sigmask = 4096, SigsetBytes = 4 }, Errno.EINVAL),
            (new Aio2Wait { Size = 40, Sigmask = 8, SigsetBytes = 8 }, Errno.EFAULT),
        })
        {
            var wait = bad;
            Assert.Equal(-expected, Get(aio.Ctx, 64, 1, &wait, 0));
        }

        var grown = stackalloc byte[48];
        new Span<byte>(grown, 48).Clear();
        *(uint*)grown = 48;
        grown[47] = 1;
        Assert.Equal(-Errno.E2BIG, Get(aio.Ctx, 64, 1, grown, 0));
        grown[47] = 0;
        Assert.Equal(24, Get(aio.Ctx, 64, 1, grown, 0));
    }

    [Theory, MemberData(nameof(Kinds)), Requirement("GET-2")]
    public void A_timeout_relative_or_absolute_ends_the_wait_with_0_and_never_early(uint kind)
    {
        using var aio = Harness.Context(flags: kind);
        var buffer = stackalloc byte[64];
        var start = Stopwatch.GetTimestamp();
        var wait = new Aio2Wait { Size = Aio2Wait.SizeOf, Nsec = 20_000_000 };
        Assert.Equal(0, aio.Kernel.GetEvents(aio.Ctx, buffer, 64, 1, &wait, 0));
        Assert.True(Stopwatch.GetElapsedTime(start).TotalMilliseconds >= 20);

        var end = MonotonicClock.Now + 20_000_000;
        wait = new Aio2Wait { Size = Aio2Wait.SizeOf, Flags = Aio2WaitFlags.Abstime, Sec = end / 1_000_000_000, Nsec = end % 1_000_000_000 };
        Assert.Equal(0, aio.Kernel.GetEvents(aio.Ctx, buffer, 64, 1, &wait, 0));
        Assert.True(MonotonicClock.Now >= end);

        // Past, and far beyond what a nanosecond count holds.
        wait = new Aio2Wait { Size = Aio2Wait.SizeOf, Flags = Aio2WaitFlags.Abstime };
        Assert.Equal(0, aio.Kernel.GetEvents(aio.Ctx, buffer, 64, 1, &wait, 0));
        aio.Submit(Harness.Nop(1));
        wait = new Aio2Wait { Size = Aio2Wait.SizeOf, Sec = long.MaxValue };
        Assert.Equal(24, aio.Kernel.GetEvents(aio.Ctx, buffer, 64, 1, &wait, 0));
    }

    [Fact, Requirement("GET-1")]
    public void A_call_with_no_room_only_drains()
    {
        using var aio = Harness.Context(nrReqs: 400);
        for (var i = 0; i < 171; i++)
        {
            aio.Submit(Harness.Nop((ulong)i));
        }

        Assert.Equal(Aio2RingFlags.Overflow, aio.Header->Flags);
        Volatile.Write(ref aio.User->Head, 240);
        Assert.Equal(0, aio.Kernel.GetEvents(aio.Ctx, null, 0, 0, null, 0));
        Assert.Equal(0u, aio.Header->Flags);
    }

    [Theory, MemberData(nameof(Kinds)), Requirement("GET-6", "DESTROY-1")]
    public void Waiters_on_a_destroyed_context_return_ENXIO(uint kind)
    {
        using var aio = Harness.Context(flags: kind);
        using var asleep = new CountdownEvent(3);
        var results = new long[3];
        var threads = Enumerable.Range(0, 3).Select(i => new Thread(() =>
        {
            var buffer = stackalloc byte[64];
            asleep.Signal();
            results[i] = aio.Kernel.GetEvents(aio.Ctx, buffer, 64, 24, null, 0);
        })).ToArray();
        Array.ForEach(threads, t => t.Start());
        asleep.Wait();

        Assert.Equal(0, aio.Destroy());

        Assert.All(threads, t => Assert.True(t.Join(TimeSpan.FromSeconds(Harness.Patience))));
        Assert.All(results, r => Assert.Equal(-Errno.ENXIO, r));
    }

    [Theory, MemberData(nameof(Kinds)), Requirement("GET-5", "RING-6")]
    public void Many_reapers_get_each_event_once_and_each_sees_its_own_in_order(uint kind)
    {
        const int Events = 40000;
        using var aio = Harness.Context(nrReqs: 500, flags: kind);
        var reaped = 0;
        var seen = new List<ulong>[3];
        var threads = Enumerable.Range(0, 3).Select(n => new Thread(() =>
        {
            seen[n] = [];
            var buffer = stackalloc byte[480];
            while (Volatile.Read(ref reaped) < Events)
            {
                var wait = new Aio2Wait { Size = Aio2Wait.SizeOf, Nsec = 50_000_000 };
                var got = aio.Kernel.GetEvents(aio.Ctx, buffer, (nuint)(100 + (n * 150)), 24, &wait, 0);
                if (got > 0)
                {
                    var events = Event.Split(new ReadOnlySpan<byte>(buffer, (int)got));
                    seen[n].AddRange(events.Select(e => e.UserData));
                    Interlocked.Add(ref reaped, events.Count);
                }
            }
        })).ToArray();
        Array.ForEach(threads, t => t.Start());
        var bound = Stopwatch.StartNew();
        for (var i = 0; i < Events;)
        {
            if (bound.Elapsed.TotalSeconds > 2 * Harness.Patience)
            {
                Assert.Fail($"slots do not come back: {i} submitted, {reaped} reaped");
            }

            if (aio.Submit(Harness.Nop((ulong)i)) > 0)
            {
                i++;
            }
            else
            {
                Thread.Yield();
            }
        }

        Assert.All(threads, t => Assert.True(t.Join(TimeSpan.FromSeconds(Harness.Patience))));
        Assert.All(seen, list => Assert.Equal(list.Order(), list));
        Assert.Equal(Enumerable.Range(0, Events).Select(i => (ulong)i), seen.SelectMany(s => s).Order());
    }
}
