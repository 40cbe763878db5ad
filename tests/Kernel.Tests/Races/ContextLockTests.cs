using AioV2.Kernel.Contexts;

namespace AioV2.Kernel.Tests.Races;

/// <summary>The lock that is given up by a plain store.</summary>
public sealed class ContextLockTests
{
    private const int Threads = 4;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(Harness.Patience);

    [Fact]
    public void Whoever_sleeps_on_the_lock_gets_it_when_it_is_given_up()
    {
        var held = new ContextLock();
        var entered = 0;
        for (var round = 1; round <= 50; round++)
        {
            held.Enter();
            var sleepers = Start(_ =>
            {
                held.Enter();
                entered++;
                held.Exit();
            });
            Assert.True(SpinWait.SpinUntil(() => held.Sleepers == Threads, Patience), $"round {round}: {held.Sleepers} sleep");
            held.Exit();
            Join(sleepers);
            Assert.Equal((round * Threads, 0), (entered, held.Sleepers));
        }
    }

    /// <summary>Holders go to sleep while they hold it, so that the others do, too, and are woken at every moment of each other.</summary>
    [Fact]
    public void Only_one_is_inside_at_a_time_and_nobody_is_left_asleep()
    {
        const int Rounds = 20_000;
        var held = new ContextLock();
        var (inside, most, sum) = (0, 0, 0);
        Join(Start(seed =>
        {
            var dice = new Random(seed);
            for (var round = 0; round < Rounds; round++)
            {
                using (held.EnterScope())
                {
                    most = Math.Max(most, ++inside);
                    sum++;
                    if (dice.Next(64) == 0)
                    {
                        _ = Thread.Yield();
                    }

                    inside--;
                }
            }
        }));
        Assert.Equal((1, Rounds * Threads, 0), (most, sum, held.Sleepers));
    }

    private static Thread[] Start(Action<int> work)
    {
        var threads = Enumerable.Range(0, Threads).Select(seed => new Thread(() => work(seed)) { IsBackground = true }).ToArray();
        Array.ForEach(threads, thread => thread.Start());
        return threads;
    }

    private static void Join(Thread[] threads) => Assert.All(threads, thread => Assert.True(thread.Join(Patience), "a thread hangs"));
}
