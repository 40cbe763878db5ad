using AioV2.Abi;
using AioV2.Tests;

namespace AioV2.Kernel.Tests.Races;

/// <summary>Reapers that take all that a ring holds while a call looks there.</summary>
public sealed unsafe class EmptiedRingTests
{
    private const int Rounds = 30_000, Events = 240, Bytes = Events * IoEvent2.SizeOf;

    /// <summary>A call found the ring full, so that the list had to stay where it was; then reapers emptied the ring, and the call found
    /// nothing there: it answered 0 with events on the list.</summary>
    [Fact, Requirement("GET-1", "GET-5")]
    public void A_call_finds_nothing_only_where_nothing_is_on_the_list()
    {
        using var aio = Harness.Context(nrReqs: Events);
        var iocbs = new Iocb2[Events];
        Array.Fill(iocbs, Harness.Nop(1));
        var (round, taken) = (0, 0L);
        var reaper = new Thread(() =>
        {
            var dice = new Random(1);
            for (var seen = 0; seen < Rounds; seen++)
            {
                var spinner = default(SpinWait);
                while (Volatile.Read(ref round) <= seen)
                {
                    spinner.SpinOnce(sleep1Threshold: -1);
                }

                Thread.SpinWait(dice.Next(20));
                var head = Volatile.Read(ref aio.User->Head);
                var tail = Volatile.Read(ref aio.Header->Tail);
                if (Interlocked.CompareExchange(ref aio.User->Head, tail, head) == head)
                {
                    // Of the bytes that it went over those of a PAD at the ring's end are no events.
                    taken += (long)((tail - head) / IoEvent2.SizeOf);
                }
            }
        })
        { IsBackground = true };
        reaper.Start();

        var buffer = new byte[Bytes];
        var byCall = 0L;
        for (var seen = 1; seen <= Rounds; seen++)
        {
            Assert.Equal(Events * Iocb2.SizeOf, aio.Submit(iocbs));
            Volatile.Write(ref round, seen);
            for (var got = -1L; got != 0; byCall += got / IoEvent2.SizeOf)
            {
                got = aio.Poll(buffer.AsSpan(0, got < 0 ? IoEvent2.SizeOf : Bytes));
                Assert.True(got >= 0, $"io_getevents2 said {got}");
            }

            Assert.True((Volatile.Read(ref aio.Header->Flags) & Aio2RingFlags.Overflow) == 0, $"round {seen}: the call found nothing, and events are on the list");
        }

        Assert.True(reaper.Join(TimeSpan.FromSeconds(Harness.Patience)), "the reaper hangs");
        Assert.Equal((long)Rounds * Events, byCall + taken);
    }
}
