using AioV2.Abi;
using AioV2.Abi.Ring;
using AioV2.Kernel.Linux;
using AioV2.Tests;

namespace AioV2.Kernel.Tests.Races;

/// <summary>Races as schedules that a seed chooses, on the simulated engine: each seed is one order of all that happens, and
/// the law is checked to the end (RING-6, RING-9). The same races on the real engines, where chance chooses: <c>aio2 soak</c>.</summary>
public sealed unsafe class SeededRaceTests
{
    private const int Seeds = 120, Turns = 80;
    private const long Hour = 3_600_000_000_000;

    public static TheoryData<uint> Kinds => Harness.Kinds;

    [Fact, Requirement("RING-6")]
    public void A_schedule_follows_from_its_seed()
    {
        Assert.Equal(CancelRace(7, Aio2Setup.UserReap).Trace, CancelRace(7, Aio2Setup.UserReap).Trace);
        Assert.NotEqual(CancelRace(7, Aio2Setup.UserReap).Trace, CancelRace(8, Aio2Setup.UserReap).Trace);
    }

    [Theory, MemberData(nameof(Kinds)), Requirement("CANCEL-1", "RING-6", "RING-9")]
    public void Cancel_against_completion(uint kind)
    {
        var results = Enumerable.Range(0, Seeds).SelectMany(seed => CancelRace(seed, kind).Results).ToList();

        // Both sides have won, and often.
        Assert.True(results.Count(r => r == -Errno.ECANCELED) > Seeds, "cancels came too late");
        Assert.True(results.Count(r => r > 0) > Seeds, "nothing completed");
    }

    [Theory, MemberData(nameof(Kinds)), Requirement("DESTROY-1", "GET-6", "RING-6")]
    public void Destroy_against_submit_reap_and_wait(uint kind)
    {
        for (var seed = 0; seed < Seeds; seed++)
        {
            using var race = new SeededRace(seed, kind);
            for (var turns = race.Dice.Next(Turns); turns > 0; turns--)
            {
                Turn(race, race.Dice.Next(5));
            }

            // Waits for more than there will ever be; whoever reaps beside it takes what is there.
            var waited = long.MinValue;
            var waiter = new Thread(() => waited = WaitForFullBuffer(race.Aio));
            waiter.Start();
            var destroyed = long.MinValue;
            var destroyer = new Thread(() => destroyed = race.Aio.Destroy());
            destroyer.Start();

            // From its start on all say -ENXIO, and never anything else again.
            var ended = false;
            for (var turns = race.Dice.Next(Turns); turns > 0 || !ended; turns--)
            {
                var result = turns % 3 == 0 ? race.Aio.Submit(Harness.Nop(ulong.MaxValue)) : turns % 3 == 1 ? race.Aio.Poll(new byte[4096]) : StepOnce(race);
                Assert.True(!ended || turns % 3 == 2 || result == -Errno.ENXIO, $"seed {seed}: {result} after -ENXIO");
                ended |= result == -Errno.ENXIO;
                Assert.True(turns > -10_000_000, $"seed {seed}: destroy does not begin");
            }

            Assert.True(destroyer.Join(TimeSpan.FromSeconds(Harness.Patience)) && waiter.Join(TimeSpan.FromSeconds(Harness.Patience)), $"seed {seed} hangs");
            Assert.Equal((0L, -(long)Errno.ENXIO, -(long)Errno.ENXIO), (destroyed, waited, race.Kernel.Destroy(race.Aio.Ctx)));
            AssertNothingIsInUse(race);
        }
    }

    [Fact, Requirement("RING-11", "RING-6", "GET-5")]
    public void Resize_against_reapers_of_both_kinds()
    {
        var moves = 0;
        for (var seed = 0; seed < Seeds; seed++)
        {
            // More events than the smallest ring holds, so that the list has its part.
            using var race = new SeededRace(seed, slots: 400);
            var rings = new List<Aio2RingInfo>();
            for (var turn = 0; turn < 2 * Turns; turn++)
            {
                switch (race.Dice.Next(12))
                {
                    case 0:
                        var result = race.Aio.Resize(4096u << race.Dice.Next(3), out var info);
                        Assert.True(result is 0 or -Errno.EBUSY, $"seed {seed}: RESIZE said {result}");
                        if (result == 0)
                        {
                            rings.Add(info);
                        }

                        break;
                    case 1:
                        Assert.True(race.Aio.Release() is 0 or -Errno.EBUSY or -Errno.EINVAL, $"seed {seed}");
                        break;
                    case 2 or 3:
                        _ = race.ReapByRing();
                        break;
                    case 4:
                        _ = race.ReapByCall(24 * (1 + race.Dice.Next(40)));
                        break;
                    case 5 or 6 or 7:
                        _ = race.Submit(atMost: 40);
                        break;
                    case 8:
                        race.Feed();
                        break;
                    default:
                        _ = race.Step(atMost: 60);
                        break;
                }
            }

            race.Finish();
            moves += rings.Count;

            // What is told of the newest ring is true: it is empty and asks for nothing, once the old one is released.
            _ = race.Aio.Release();
            var newest = race.Aio.GetRing();
            Assert.Equal((newest.Header()->Tail, 0u), (newest.User()->Head, newest.Header()->Flags));
            rings.ForEach(ring => Assert.Equal(0, Libc.Munmap((void*)ring.RingAddr, (nuint)ring.RingMapBytes)));
        }

        Assert.True(moves > 2 * Seeds, $"{moves} moves");
    }

    [Theory, MemberData(nameof(Kinds)), Requirement("ATTR-7", "ATTR-3", "RING-6")]
    public void Deadline_against_natural_end(uint kind)
    {
        int expired = 0, natural = 0, late = 0;
        for (var seed = 0; seed < Seeds; seed++)
        {
            // In hours of the simulated clock, which the clock of the world does not reach: so each deadline is met by the schedule alone.
            using var race = new SeededRace(seed, kind, delayMax: Hour);
            for (var turn = 0; turn < Turns; turn++)
            {
                switch (race.Dice.Next(8))
                {
                    case 0 or 1:
                        _ = race.Submit(deadline: () => (ulong)race.Simulation.Now + (ulong)race.Dice.NextInt64(Hour / 60, 2 * Hour));
                        break;
                    case 2 or 3:
                        race.Expire();
                        break;
                    default:
                        Turn(race, 1 + race.Dice.Next(4));
                        break;
                }
            }

            race.Finish();
            foreach (var e in race.Events)
            {
                var status = Assert.Single(e.ReturnList()).Head.Status;
                Assert.True(status is 0 or -Errno.ETIME && (e.Res != -Errno.ETIME || status == -Errno.ETIME), $"seed {seed}: {e.Res}, status {status}");
                expired += e.Res == -Errno.ETIME ? 1 : 0;
                natural += e.Res > 0 && status == 0 ? 1 : 0;
                late += e.Res > 0 && status != 0 ? 1 : 0;
            }
        }

        Assert.True(Math.Min(expired, Math.Min(natural, late)) > Seeds / 2, $"{expired} expired, {natural} were in time, {late} ended late");
    }

    [Theory, MemberData(nameof(Kinds)), Requirement("RING-10", "SETUP-9")]
    public void Close_of_the_eventfd(uint kind)
    {
        int signals = 0, closes = 0;
        for (var seed = 0; seed < Seeds; seed++)
        {
            // The context has its own reference; ours is another number of the same, and stays.
            var number = NewEventfd();
            var kept = Libc.Dup(number);
            using var race = new SeededRace(seed, kind | Aio2Setup.Eventfd, number);
            for (var turn = 0; turn < Turns; turn++)
            {
                if (race.Dice.Next(4) == 0)
                {
                    // The number is somebody else's from here on, whoever that is; now and then it is attached, for real.
                    closes++;
                    Assert.Equal(0, Libc.Close(number));
                    number = NewEventfd();
                    if (race.Dice.Next(3) == 0)
                    {
                        Assert.Equal(0, race.Kernel.RingCtl(race.Aio.Ctx, Aio2Ctl.EventfdAttach, (ulong)number));
                        Assert.Equal(0, Libc.Close(kept));
                        kept = Libc.Dup(number);
                    }

                    continue;
                }

                var open = race.Simulation.Unfinished;
                var accepted = race.Owed;
                var action = race.Dice.Next(5);
                Turn(race, action);

                // One signal for each pass in which something ended, and to nobody else. A step is a pass, a cancel too.
                var ended = open + (action == 0 ? race.Owed - accepted : 0) - race.Simulation.Unfinished;
                var count = Counter(kept);
                Assert.True((count != 0) == (ended != 0) && count <= (ulong)ended, $"seed {seed}: {count} signals for {ended} that ended\n{race.Trace}");
                signals += (int)count;
            }

            race.Finish();
            Assert.Equal(0, Libc.Close(kept));
            Assert.Equal(0, Libc.Close(number));
        }

        Assert.True(signals > Seeds && closes > Seeds, $"{signals} signals, {closes} closes");
    }

    private static (string Trace, List<long> Results) CancelRace(int seed, uint kind)
    {
        using var race = new SeededRace(seed, kind);
        for (var turn = 0; turn < Turns; turn++)
        {
            Turn(race, race.Dice.Next(7));
        }

        race.Finish();
        return (race.Trace, [.. race.Results.Select(r => r.Res)]);
    }

    private static void Turn(SeededRace race, int action)
    {
        switch (action)
        {
            case 0:
                _ = race.Submit();
                break;
            case 1 or 2:
                _ = race.Step();
                break;
            case 3:
                race.Feed();
                break;
            case 4:
                _ = race.ReapByCall();
                break;
            case 5:
                _ = race.CancelOne();
                break;
            default:
                race.CancelByDescriptor();
                break;
        }
    }

    private static long StepOnce(SeededRace race)
    {
        _ = race.Simulation.Step();
        return 0;
    }

    private static long WaitForFullBuffer(Harness aio)
    {
        const int Room = 1 << 16;
        var buffer = stackalloc byte[Room];
        var wait = new Aio2Wait { Size = Aio2Wait.SizeOf, Sec = Harness.Patience };
        return aio.Kernel.GetEvents(aio.Ctx, buffer, Room, Room, &wait, 0);
    }

    // After destroy: no request, no slot, no buffer, no ring.
    private static void AssertNothingIsInUse(SeededRace race)
    {
        Assert.Equal(0, race.Simulation.Unfinished);
        var answer = new Aio2ProbeKernel();
        Assert.True(race.Kernel.Probe(Aio2Probe.Kernel, &answer, Aio2ProbeKernel.SizeOf) > 0);
        Assert.Equal(0u, answer.ReqsUsed);
        race.Feed();
        var before = race.Memory.ToArray();
        var tail = race.Aio.Header == null ? 0 : race.Aio.Header->Tail;
        Assert.Equal(0, race.Simulation.RunUntilIdle());
        Assert.Equal(before, race.Memory.ToArray());
        if (race.Aio.Header != null)
        {
            Assert.Equal((tail, Aio2RingFlags.Dead), (race.Aio.Header->Tail, race.Aio.Header->Flags & Aio2RingFlags.Dead));
        }
    }

    private static int NewEventfd()
    {
        var fd = Libc.Eventfd(0, Libc.EFD_NONBLOCK | Libc.EFD_CLOEXEC);
        Assert.True(fd >= 0);
        return fd;
    }

    private static ulong Counter(int fd)
    {
        ulong count = 0;
        return Libc.Read(fd, &count, sizeof(ulong)) == sizeof(ulong) ? count : 0;
    }
}
