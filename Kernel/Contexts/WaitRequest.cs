using AioV2.Abi;
using AioV2.Kernel.Linux;
using AioV2.Kernel.Memory;

namespace AioV2.Kernel.Contexts;

/// <summary>What a <c>struct aio2_wait</c> asks for: an absolute deadline, and perhaps a signal mask (GET-2, CTX-2).</summary>
internal readonly struct WaitRequest
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    private WaitRequest(long deadline, ulong mask, bool hasMask)
    {
        Deadline = deadline;
        Mask = mask;
        HasMask = hasMask;
    }

    /// <summary>Without a struct: no deadline, no mask.</summary>
    public static WaitRequest Forever => new(Futex.Never, 0, false);

    /// <summary>CLOCK_MONOTONIC ns, or <see cref="Futex.Never"/>. Times beyond 292 years are never.</summary>
    public long Deadline { get; }

    public ulong Mask { get; }

    public bool HasMask { get; }

    /// <summary>Reads and judges the struct: 0, <c>-EFAULT</c>, <c>-EINVAL</c> or <c>-E2BIG</c>.</summary>
    public static unsafe int Read(UserMemory memory, ulong wait, out WaitRequest request)
    {
        request = Forever;
        var result = memory.Read<uint>(wait, out var size);
        if (result == 0 && size is < Aio2Wait.FirstSizeOf or > Aio2.StructMax)
        {
            result = size < Aio2Wait.FirstSizeOf ? -Errno.EINVAL : -Errno.E2BIG;
        }

        Aio2Wait known = default;
        result = result != 0 ? result : memory.CopyStructIn(&known, (nuint)sizeof(Aio2Wait), wait, size);
        if (result != 0)
        {
            return result;
        }

        if ((known.Flags & ~Aio2WaitFlags.Known) != 0 || known.Reserved != 0
            || known.Sec < 0 || known.Nsec is < 0 or >= NanosecondsPerSecond
            || known.SigsetBytes != (known.Sigmask == 0 ? 0u : sizeof(ulong)))
        {
            return -Errno.EINVAL;
        }

        ulong mask = 0;
        result = known.Sigmask == 0 ? 0 : memory.Read(known.Sigmask, out mask);
        request = new WaitRequest(DeadlineOf(known), mask, known.Sigmask != 0);
        return result;
    }

    private static long DeadlineOf(in Aio2Wait wait)
    {
        var start = (wait.Flags & Aio2WaitFlags.Abstime) != 0 ? 0 : MonotonicClock.Now;
        var isFar = wait.Sec > (Futex.Never - start) / NanosecondsPerSecond - 2;
        return isFar ? Futex.Never : start + (wait.Sec * NanosecondsPerSecond) + wait.Nsec;
    }
}
