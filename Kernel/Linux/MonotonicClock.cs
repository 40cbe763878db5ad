using System.Diagnostics;

namespace AioV2.Kernel.Linux;

/// <summary>CLOCK_MONOTONIC in nanoseconds, the clock of TIMING, DEADLINE and <c>aio2_wait</c>.</summary>
/// <remarks>On Linux the runtime's <see cref="Stopwatch"/> reads that same clock in ticks of one nanosecond, through the
/// vDSO and without a P/Invoke of ours; <see cref="StopwatchIsTheClock"/> guards the assumption.</remarks>
internal static class MonotonicClock
{
    /// <summary>Whether <see cref="Stopwatch"/> ticks are CLOCK_MONOTONIC nanoseconds here.</summary>
    public static readonly bool StopwatchIsTheClock = Stopwatch.Frequency == 1_000_000_000 && ReadsTheSame();

    /// <summary>Now, in nanoseconds.</summary>
    public static long Now => StopwatchIsTheClock ? Stopwatch.GetTimestamp() : Read();

    private static long Read()
    {
        _ = Libc.ClockGetTime(Libc.CLOCK_MONOTONIC, out var time);
        return time.ToNanoseconds();
    }

    private static bool ReadsTheSame()
    {
        // A clock that never steps back: a reading between two others lies between them.
        var before = Read();
        var between = Stopwatch.GetTimestamp();
        return before <= between && between <= Read();
    }
}
