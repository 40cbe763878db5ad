using AioV2.Abi;
using AioV2.Abi.Ring;
using AioV2.Kernel.Linux;
using AioV2.Tests;

namespace AioV2.Kernel.Tests;

/// <summary>RESIZE and the eventfd against reapers of both kinds and completions (RING-6, RING-10, RING-11).</summary>
public sealed unsafe class ResizeRaceTests
{
    // At least so many events, and then more until the ring has moved, or the eventfd changed, so many times.
    private const int Events = 4000, EventsMax = 1_000_000, Changes = 20;

    [Theory, InlineData(1), InlineData(2), InlineData(3), InlineData(4), InlineData(5), InlineData(6), Requirement("RING-11", "RING-6", "GET-5")]
    public void Every_event_comes_once_and_in_each_reapers_order_while_the_ring_moves(int seed)
    {
        using var aio = Harness.Context(nrReqs: 400);
        using var race = new Race(aio);
        var byRing = new List<ulong>[] { [], [] };
        var byCall = new List<ulong>[] { [], [] };
        race.Start("submitter", () => Submit(race, seed));
        race.Start("ring 0", () => ReapRing(race, byRing[0]));
        race.Start("ring 1", () => ReapRing(race, byRing[1]));
        race.Start("call 0", () => ReapCall(race, byCall[0], 24 * 7));
        race.Start("call 1", () => ReapCall(race, byCall[1], 4096));
        race.Start("resizer", () => Resize(race, new Random(seed)));
        race.Join();

        var all = byRing.Concat(byCall).ToList();
        Assert.Equal(Enumerable.Range(0, race.Total).Select(i => (ulong)i), all.SelectMany(l => l).Order());
        Assert.All(all, l => Assert.Equal(l.Order(), l));
        Assert.True(race.Changes >= Changes, $"{race.Changes} moves in {race.Total} events");

        // All rings but the newest are closed, and the newest says that there is nothing.
        Assert.Equal(0, aio.Poll(new byte[64]));
        var newest = aio.GetRing();
        Assert.Equal((0u, newest.Header()->Tail), (newest.Header()->Flags, newest.User()->Head));
    }

    [Theory, InlineData(false), InlineData(true), Requirement("RING-10", "RING-8", "RING-11")]
    public void Who_sleeps_on_the_eventfd_by_the_rule_misses_nothing(bool moves)
    {
        var fd = Libc.Eventfd(0, Libc.EFD_NONBLOCK | Libc.EFD_CLOEXEC);
        using var aio = Harness.Context(nrReqs: 400, flags: Aio2Setup.UserReap | Aio2Setup.Eventfd, eventFd: fd);
        using (var race = new Race(aio))
        {
            var seen = new List<ulong>();
            race.Start("submitter", () => Submit(race, 9, moves ? Changes : 0, pause: 3000));
            race.Start("sleeper", () => ReapAsleep(race, seen, fd));
            if (moves)
            {
                race.Start("resizer", () => Resize(race, new Random(9)));
            }

            race.Join();
            Assert.Equal(Enumerable.Range(0, race.Total).Select(i => (ulong)i), seen);
        }

        Assert.Equal(0, Libc.Close(fd));
    }

    [Fact, Requirement("RING-10", "SETUP-9")]
    public void An_eventfd_taken_away_during_completions_leads_no_signal_elsewhere()
    {
        using var aio = Harness.Context(nrReqs: 400);
        using var race = new Race(aio);
        var stray = 0ul;
        var seen = new List<ulong>();
        race.Start("submitter", () => Submit(race, 5));
        race.Start("call", () => ReapCall(race, seen, 4096));
        race.Start("attacher", () =>
        {
            var mine = Libc.Eventfd(0, Libc.EFD_NONBLOCK | Libc.EFD_CLOEXEC);
            while (!race.IsOver)
            {
                Assert.Equal(0, aio.Kernel.RingCtl(aio.Ctx, Aio2Ctl.EventfdAttach, (ulong)mine));
                Thread.SpinWait(50);
                race.Changed();
                Assert.Equal(0, aio.Kernel.RingCtl(aio.Ctx, Aio2Ctl.EventfdDetach, 0));
            }

            Assert.Equal(0, Libc.Close(mine));
        });
        race.Start("victim", () =>
        {
            // The number that the kernel's reference had becomes this one's: a signal that comes too late would land here.
            while (!race.IsOver)
            {
                ulong count = 0;
                var victim = Libc.Eventfd(0, Libc.EFD_NONBLOCK | Libc.EFD_CLOEXEC);
                Thread.SpinWait(100);
                stray += Libc.Read(victim, &count, 8) == 8 ? count : 0;
                Assert.Equal(0, Libc.Close(victim));
            }
        });
        race.Join();

        Assert.Equal((0ul, race.Total), (stray, seen.Count));
    }

    private static void Submit(Race race, int seed, int changes = Changes, int pause = 300)
    {
        var random = new Random(seed);
        for (ulong next = 0; next < (ulong)race.Total;)
        {
            if (race.Total == int.MaxValue && next >= Events && (race.Changes >= changes || next >= EventsMax))
            {
                // Told before the last event is submitted: who takes that does not sleep again.
                race.Total = (int)next + 1;
            }

            var batch = new Iocb2[Math.Min(1 + random.Next(30), race.Total - (int)next)];
            for (var i = 0; i < batch.Length; i++)
            {
                batch[i] = Harness.Nop(next + (ulong)i);
            }

            var result = race.Aio.Submit(batch);
            Assert.True(result is > 0 or -Errno.EAGAIN, $"io_submit2 said {result}");
            next += result > 0 ? (ulong)result / 48 : 0;
            race.Check();
            Thread.SpinWait(random.Next(pause));
        }
    }

    private static void ReapCall(Race race, List<ulong> seen, int bytes)
    {
        var buffer = stackalloc byte[bytes];
        while (!race.IsOver)
        {
            var wait = new Aio2Wait { Size = Aio2Wait.SizeOf, Nsec = 2_000_000 };
            var got = race.Aio.Kernel.GetEvents(race.Aio.Ctx, buffer, (nuint)bytes, 24, &wait, 0);
            Assert.True(got >= 0, $"io_getevents2 said {got}");
            race.Took(seen, new ReadOnlySpan<byte>(buffer, (int)got));
        }
    }

    private static void ReapRing(Race race, List<ulong> seen)
    {
        var buffer = new byte[4096];
        var reaper = race.Aio.Reaper();
        while (!race.IsOver)
        {
            switch (reaper.TryRead(buffer, out var bytes))
            {
                case RingStatus.Event:
                    race.Took(seen, buffer.AsSpan(0, bytes));
                    break;
                case RingStatus.EnterKernel:
                    reaper = race.Follow(reaper, seen);
                    break;
                case var status:
                    Assert.Equal(RingStatus.Empty, status);
                    Thread.SpinWait(100);
                    break;
            }
        }
    }

    private static void ReapAsleep(Race race, List<ulong> seen, int fd)
    {
        var buffer = new byte[4096];
        var reaper = race.Aio.Reaper();
        while (!race.IsOver)
        {
            Volatile.Write(ref reaper.User->UserFlags, Aio2User.EventfdOff);
            while (reaper.TryRead(buffer, out var bytes) == RingStatus.Event)
            {
                race.Took(seen, buffer.AsSpan(0, bytes));
            }

            // Clear, full fence, RING-8; then sleep.
            ulong count;
            _ = Libc.Read(fd, &count, 8);
            Volatile.Write(ref reaper.User->UserFlags, 0u);
            Interlocked.MemoryBarrier();
            var status = reaper.Test();
            if (status == RingStatus.EnterKernel)
            {
                reaper = race.Follow(reaper, seen);
            }
            else if (status == RingStatus.Empty && !race.IsOver)
            {
                var ready = new Pollfd { Fd = fd, Events = Libc.POLLIN };
                Assert.Equal(1, Libc.Poll(&ready, 1, (int)Harness.Patience * 1000));
            }
        }
    }

    private static void Resize(Race race, Random random)
    {
        while (!race.IsOver && race.Changes < 10 * Changes)
        {
            var result = race.Aio.Resize(4096u << random.Next(3), out var info);
            if (result == 0)
            {
                race.Moved(info);
            }
            else
            {
                Assert.Equal(-Errno.EBUSY, result);
            }

            Assert.True(race.Aio.Release() is 0 or -Errno.EBUSY or -Errno.EINVAL);
            Thread.SpinWait(random.Next(5000));
        }
    }

    /// <summary>Threads that race until all events were taken; the first that fails ends it for all.</summary>
    private sealed class Race(Harness aio) : IDisposable
    {
        private readonly List<Thread> _threads = [];
        private readonly List<Aio2RingInfo> _rings = [];
        private volatile Exception? _failure;
        private volatile int _changes;
        private volatile int _total = int.MaxValue;
        private int _taken;

        public Harness Aio => aio;

        /// <summary>Times that the ring was moved or the eventfd changed.</summary>
        public int Changes => _changes;

        /// <summary>How many events there will be; known when the last is about to be submitted.</summary>
        public int Total
        {
            get => _total;
            set => _total = value;
        }

        public bool IsOver => Volatile.Read(ref _taken) >= _total || _failure is not null;

        public void Start(string name, Action action)
        {
            var thread = new Thread(() =>
            {
                try
                {
                    action();
                }
                catch (Exception e)
                {
                    _failure ??= e;
                }
            })
            { Name = name };
            _threads.Add(thread);
            thread.Start();
        }

        public void Check() => Assert.Null(_failure);

        public void Took(List<ulong> seen, ReadOnlySpan<byte> run)
        {
            var events = Event.Split(run);
            seen.AddRange(events.Select(e => e.UserData));
            Interlocked.Add(ref _taken, events.Count);
        }

        /// <summary>By one thread only.</summary>
        public void Changed() => _changes++;

        public void Moved(in Aio2RingInfo ring)
        {
            _rings.Add(ring);
            Changed();
        }

        /// <summary>What a reaper does whose ring is empty and says: ask.</summary>
        public RingReaper Follow(RingReaper reaper, List<ulong> seen)
        {
            if ((reaper.Flags & Aio2RingFlags.Moved) == 0)
            {
                // With room: events may stand in a ring that came and was closed before this reaper heard of it.
                var buffer = new byte[4096];
                var got = aio.Poll(buffer);
                Assert.True(got >= 0, $"io_getevents2 said {got}");
                Took(seen, buffer.AsSpan(0, (int)got));
                return reaper;
            }

            var newest = aio.GetRing();
            Assert.True(newest.Generation > reaper.Generation);
            Assert.True(aio.Release() is 0 or -Errno.EBUSY or -Errno.EINVAL);
            return newest.Reaper();
        }

        public void Join()
        {
            Assert.All(_threads, t => Assert.True(t.Join(TimeSpan.FromSeconds(2 * Harness.Patience)), $"{t.Name} hangs at {_taken} of {_total}"));
            Assert.True(_failure is null, _failure?.ToString());
        }

        public void Dispose()
        {
            foreach (var ring in _rings)
            {
                Assert.Equal(0, Libc.Munmap((void*)ring.RingAddr, (nuint)ring.RingMapBytes));
            }
        }
    }
}
