using System.Numerics;
using AioV2.Abi;
using AioV2.Kernel.Linux;

namespace AioV2.Kernel.Memory;

/// <summary>Fault-safe copies without a signal handler: the real kernel touches the user's bytes, on their way into or
/// out of a memory file that is also mapped here.</summary>
/// <remarks><code>
///  copy in:   user ──pwrite──► memory file ═ mapping ──► kernel side
///  copy out:  kernel side ──► mapping ═ memory file ──pread──► user
/// </code>
/// The file is cut into slots; a copy claims one by a bit, so that threads do not meet. One file serves the process and
/// lives as long as it does.</remarks>
internal sealed unsafe class BounceMemory
{
    private const int Slots = 16;
    private const int SlotBytes = 64 * 1024;
    private const ulong AllSlots = (1ul << Slots) - 1;

    private static readonly Lazy<BounceMemory> Only = new(() => new BounceMemory());

    private readonly int fd;
    private readonly byte* mapping;
    private ulong claimed;

    private BounceMemory()
    {
        fd = Require(Libc.MemfdCreate("aio2-bounce", Libc.MFD_CLOEXEC));

        // Allocated at once, so that no later copy fails for want of memory.
        Require(Libc.Fallocate(fd, 0, 0, Slots * SlotBytes));
        var address = Libc.Mmap(null, Slots * SlotBytes, Libc.PROT_READ | Libc.PROT_WRITE, Libc.MAP_SHARED, fd, 0);
        mapping = (byte*)(Libc.IsError(address) ? Require((int)address) : address);
    }

    /// <summary>The process's own.</summary>
    /// <exception cref="InvalidOperationException">No memory file can be had.</exception>
    public static BounceMemory Shared => Only.Value;

    /// <summary>Copies in up to the first bad byte; returns the bytes copied.</summary>
    public nuint CopyIn(byte* kernelDst, byte* userSrc, nuint bytes)
    {
        var slot = Claim();
        nuint done = 0;
        while (done < bytes)
        {
            var moved = Libc.Pwrite(fd, userSrc + done, Math.Min(bytes - done, SlotBytes), slot * SlotBytes);
            if (moved <= 0)
            {
                break;
            }

            Buffer.MemoryCopy(mapping + (slot * SlotBytes), kernelDst + done, moved, moved);
            done += (nuint)moved;
        }

        Release(slot);
        return done;
    }

    /// <summary>Copies out up to the first bad byte; returns the bytes copied.</summary>
    public nuint CopyOut(byte* userDst, byte* kernelSrc, nuint bytes)
    {
        var slot = Claim();
        nuint done = 0;
        while (done < bytes)
        {
            var part = Math.Min(bytes - done, SlotBytes);
            Buffer.MemoryCopy(kernelSrc + done, mapping + (slot * SlotBytes), part, part);
            var moved = Libc.Pread(fd, userDst + done, part, slot * SlotBytes);
            if (moved <= 0)
            {
                break;
            }

            done += (nuint)moved;
        }

        Release(slot);
        return done;
    }

    /// <summary>Whether a byte can be written, found out by an atomic OR with zero of the aligned word around it, which
    /// the real kernel does as a part of FUTEX_WAKE_OP.</summary>
    public static bool IsWritable(ulong address)
    {
        const int WakeOpPrivate = 5 | 128;
        const uint OrZeroThenCompareEqual = (2u << 28) | 0x7ff;
        uint nobodySleepsHere = 0;

        // Wakes one sleeper of our own word (there is none) and no sleeper of the user's.
        return Libc.Futex(&nobodySleepsHere, WakeOpPrivate, 1, null, (uint*)(address & ~3ul), OrZeroThenCompareEqual) >= 0;
    }

    private long Claim()
    {
        var spin = new SpinWait();
        while (true)
        {
            var seen = Volatile.Read(ref claimed);
            var slot = BitOperations.TrailingZeroCount(~seen & AllSlots);
            if (slot < Slots && Interlocked.CompareExchange(ref claimed, seen | (1ul << slot), seen) == seen)
            {
                return slot;
            }

            spin.SpinOnce();
        }
    }

    private void Release(long slot) => Interlocked.And(ref claimed, ~(1ul << (int)slot));

    private static int Require(int result) =>
        result >= 0 ? result : throw new InvalidOperationException($"no memory file for copies of user memory: errno {-result}");
}
