namespace AioV2.Kernel.Linux;

/// <summary>Sleeping on a word of memory until another thread changes it and wakes the sleepers.</summary>
internal static unsafe class Futex
{
    /// <summary>A deadline that never comes.</summary>
    public const long Never = long.MaxValue;

    private const int WaitBitset = 9, WakeSome = 1, Private = 128;
    private const uint AnyBit = uint.MaxValue;

    /// <summary>Sleeps while the word holds <paramref name="expected"/>, until woken or until the deadline.</summary>
    /// <param name="word">4-byte aligned.</param>
    /// <param name="expected">What the word must hold for the sleep to begin.</param>
    /// <param name="deadline">Absolute CLOCK_MONOTONIC nanoseconds (<see cref="MonotonicClock.Now"/>), or <see cref="Never"/>.</param>
    /// <param name="shared">Whether another process may wake, or the same memory is mapped twice.</param>
    /// <returns>0 when woken (perhaps for nothing: look at the word again), <c>-EAGAIN</c> when the word held something
    /// else, <c>-ETIMEDOUT</c>, or <c>-EINTR</c>.</returns>
    public static int Wait(uint* word, uint expected, long deadline = Never, bool shared = false)
    {
        // FUTEX_WAIT_BITSET, since only it takes an absolute time: a restart does not lengthen the wait.
        var until = Timespec.FromNanoseconds(Math.Max(deadline, 0));
        return Libc.Futex(word, WaitBitset | Scope(shared), expected, deadline == Never ? null : &until, null, AnyBit);
    }

    /// <summary>Wakes at most <paramref name="count"/> sleepers and returns how many there were.</summary>
    public static int Wake(uint* word, int count = int.MaxValue, bool shared = false) =>
        Libc.Futex(word, WakeSome | Scope(shared), (uint)count, null, null, 0);

    private static int Scope(bool shared) => shared ? 0 : Private;
}
