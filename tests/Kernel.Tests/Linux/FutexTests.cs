using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Kernel.Linux;

namespace AioV2.Kernel.Tests.Linux;

public unsafe class FutexTests
{
    private const long Minute = 60_000_000_000;

    [Fact]
    public void A_wait_on_another_value_returns_at_once()
    {
        uint word = 5;
        Assert.Equal(-Errno.EAGAIN, Futex.Wait(&word, 4));
    }

    [Fact]
    public void A_wait_ends_at_its_absolute_deadline_and_not_before()
    {
        uint word = 5;
        Assert.Equal(-Errno.ETIMEDOUT, Futex.Wait(&word, 5, 0));
        Assert.Equal(-Errno.ETIMEDOUT, Futex.Wait(&word, 5, MonotonicClock.Now - Minute));
        var deadline = MonotonicClock.Now + 2_000_000;
        int result;
        do
        {
            result = Futex.Wait(&word, 5, deadline);
        }
        while (result is 0 or -Errno.EINTR);

        Assert.Equal(-Errno.ETIMEDOUT, result);
        Assert.True(MonotonicClock.Now >= deadline);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void A_wake_counts_and_ends_the_wait_of_each_sleeper(bool shared)
    {
        // Memory of its own, since the sleepers outlive the frame when the test fails.
        var word = (uint*)NativeMemory.AllocZeroed(64);
        var deadline = MonotonicClock.Now + Minute;
        var results = new int[3];
        var sleepers = results.Select((_, n) => new Thread(() =>
        {
            do
            {
                results[n] = Futex.Wait(word, 0, deadline, shared);
            }
            while (results[n] == -Errno.EINTR);
        })).ToList();
        sleepers.ForEach(sleeper => sleeper.Start());

        // The word keeps its value, so nothing but a wake ends these waits.
        var woken = 0;
        while (woken < sleepers.Count && MonotonicClock.Now < deadline)
        {
            var count = Futex.Wake(word, 1, shared);
            Assert.InRange(count, 0, 1);
            woken += count;
            Thread.Yield();
        }

        sleepers.ForEach(sleeper => Assert.True(sleeper.Join(TimeSpan.FromMinutes(2))));
        Assert.Equal(3, woken);
        Assert.Equal([0, 0, 0], results);
        Assert.Equal(0, Futex.Wake(word, shared: shared));
        NativeMemory.Free(word);
    }
}
