using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using AioV2.Abi;

namespace AioV2.Kernel.Memory;

/// <summary>The one class through which the kernel side touches user memory; one copy per pointer argument.</summary>
/// <remarks>
/// <para>Every call answers 0, or <c>-EFAULT</c> where a byte cannot be reached: unmapped, protected, past the end of a
/// mapped file, in the kernel's half, or past the end of the address space. No bytes at all are always fine, whatever the address.</para>
/// <para>What a failed copy has already moved stays moved, as with a real kernel's; a copy of several bytes is no atomic access.</para>
/// <para>A thread that has SIGSEGV or SIGBUS blocked is killed by the system when it passes a bad address while the
/// fix-up is in use: a fault of an instruction cannot be held back.</para>
/// <para>Thread-safe; nothing is allocated on the managed heap after construction.</para>
/// </remarks>
internal sealed unsafe class UserMemory
{
    private const ulong SmallestPage = 4096;
    private const int ZeroBytes = 4096;

    private static readonly byte* Zeroes = (byte*)NativeMemory.AllocZeroed(ZeroBytes);

    private readonly object gate = new();
    private volatile uint kind;
    private volatile BounceMemory? bounce;

    /// <summary>Takes the best way of copying that the policy and this machine allow.</summary>
    /// <exception cref="InvalidOperationException">The policy is checked and not even a memory file can be had.</exception>
    public UserMemory(UserMemoryPolicy policy)
    {
        if (policy == UserMemoryPolicy.Direct)
        {
            kind = Aio2UserMemory.Direct;
            Reason = "the caller's library owns the memory that it passes";
        }
        else if (FixupMemory.Install() is { } obstacle)
        {
            FallToBounce(obstacle);
        }
        else
        {
            kind = Aio2UserMemory.Fixup;
            Reason = "the copy routine's own faults were caught at load";
            Verify();
        }
    }

    private UserMemory(string reason) => FallToBounce(reason);

    /// <summary>The way of copying in use, of <see cref="Aio2UserMemory"/> (PROBE-1).</summary>
    public uint Kind => kind;

    /// <summary>Why it is that one, in words.</summary>
    public string Reason { get; private set; } = "";

    /// <summary>One that uses the bounce wherever it runs.</summary>
    internal static UserMemory Bouncing() => new("asked for");

    /// <summary>Looks whether the process has replaced the signal handlers and takes the bounce from then on if so.
    /// Two system calls; done at each set-up.</summary>
    public void Verify()
    {
        if (kind == Aio2UserMemory.Fixup && !FixupMemory.IsInstalled)
        {
            FallToBounce("the process has replaced the handler of SIGSEGV or SIGBUS");
        }
    }

    /// <summary>Copies from user memory: 0 or <c>-EFAULT</c>.</summary>
    public int CopyIn(void* kernelDst, ulong userSrc, nuint bytes) =>
        CopyInPrefix(kernelDst, userSrc, bytes) == bytes ? 0 : -Errno.EFAULT;

    /// <summary>Copies to user memory: 0 or <c>-EFAULT</c>.</summary>
    public int CopyOut(ulong userDst, void* kernelSrc, nuint bytes) =>
        CopyOutPrefix(userDst, kernelSrc, bytes) == bytes ? 0 : -Errno.EFAULT;

    /// <summary>Copies from user memory up to the first byte that cannot be read; returns how many there were before it.</summary>
    public nuint CopyInPrefix(void* kernelDst, ulong userSrc, nuint bytes)
    {
        if (!IsUserRange(userSrc, bytes))
        {
            return 0;
        }

        switch (kind)
        {
            case Aio2UserMemory.Fixup:
                return FixupMemory.Copy(kernelDst, (void*)userSrc, bytes);
            case Aio2UserMemory.Bounce:
                return bounce!.CopyIn((byte*)kernelDst, (byte*)userSrc, bytes);
            default:
                Buffer.MemoryCopy((void*)userSrc, kernelDst, bytes, bytes);
                return bytes;
        }
    }

    /// <summary>Copies to user memory up to the first byte that cannot be written; returns how many there were before it.</summary>
    public nuint CopyOutPrefix(ulong userDst, void* kernelSrc, nuint bytes)
    {
        if (!IsUserRange(userDst, bytes))
        {
            return 0;
        }

        switch (kind)
        {
            case Aio2UserMemory.Fixup:
                return FixupMemory.Copy((void*)userDst, kernelSrc, bytes);
            case Aio2UserMemory.Bounce:
                return bounce!.CopyOut((byte*)userDst, (byte*)kernelSrc, bytes);
            default:
                Buffer.MemoryCopy(kernelSrc, (void*)userDst, bytes, bytes);
                return bytes;
        }
    }

    /// <summary>Reads one value: 0 or <c>-EFAULT</c>, and then the value is 0.</summary>
    public int Read<T>(ulong userSrc, out T value)
        where T : unmanaged
    {
        T copy = default;
        var result = CopyIn(&copy, userSrc, (nuint)sizeof(T));
        value = result == 0 ? copy : default;
        return result;
    }

    /// <summary>Writes one value: 0 or <c>-EFAULT</c>.</summary>
    public int Write<T>(ulong userDst, T value)
        where T : unmanaged => CopyOut(userDst, &value, (nuint)sizeof(T));

    /// <summary>Copies an extensible struct in, as <c>copy_struct_from_user</c> does (SETUP-3).</summary>
    /// <param name="kernelDst">The struct as it is known here.</param>
    /// <param name="knownBytes">Its size; what the user's lacks is zeroed.</param>
    /// <param name="userSrc">The user's struct.</param>
    /// <param name="userBytes">Its size; what it has in excess must be zero.</param>
    /// <returns>0, <c>-E2BIG</c> for an excess that is not zero, or <c>-EFAULT</c>.</returns>
    public int CopyStructIn(void* kernelDst, nuint knownBytes, ulong userSrc, nuint userBytes)
    {
        var common = Math.Min(knownBytes, userBytes);
        var result = userBytes > common ? CheckZero(userSrc + common, userBytes - common, userSrc) : 0;
        if (result == 0)
        {
            result = CopyIn(kernelDst, userSrc, common);
        }

        if (result == 0 && knownBytes > common)
        {
            Unsafe.InitBlockUnaligned((byte*)kernelDst + common, 0, (uint)(knownBytes - common));
        }

        return result;
    }

    /// <summary>Whether all bytes are zero: 0, <c>-E2BIG</c> if one is not, or <c>-EFAULT</c>.</summary>
    public int CheckZero(ulong userSrc, nuint bytes) => CheckZero(userSrc, bytes, userSrc);

    private int CheckZero(ulong userSrc, nuint bytes, ulong origin)
    {
        const int ChunkBytes = 256;
        var chunk = stackalloc byte[ChunkBytes];
        if (userSrc < origin)
        {
            return -Errno.EFAULT;
        }

        while (bytes > 0)
        {
            var part = Math.Min(bytes, ChunkBytes);
            if (CopyIn(chunk, userSrc, part) != 0)
            {
                return -Errno.EFAULT;
            }

            if (new ReadOnlySpan<byte>(chunk, (int)part).ContainsAnyExcept((byte)0))
            {
                return -Errno.E2BIG;
            }

            userSrc += part;
            bytes -= part;
        }

        return 0;
    }

    /// <summary>Writes zeroes: 0 or <c>-EFAULT</c>.</summary>
    public int ClearOut(ulong userDst, nuint bytes)
    {
        if (!IsUserRange(userDst, bytes))
        {
            return -Errno.EFAULT;
        }

        while (bytes > 0)
        {
            var part = Math.Min(bytes, ZeroBytes);
            if (CopyOut(userDst, Zeroes, part) != 0)
            {
                return -Errno.EFAULT;
            }

            userDst += part;
            bytes -= part;
        }

        return 0;
    }

    /// <summary>Whether every byte can be written, without changing any, not even one that another thread stores
    /// meanwhile: 0 or <c>-EFAULT</c> (ISSUE-1). Later protection changes are not foreseen.</summary>
    public int ProbeWritable(ulong userDst, nuint bytes)
    {
        if (!IsUserRange(userDst, bytes))
        {
            return -Errno.EFAULT;
        }

        if (bytes == 0 || kind == Aio2UserMemory.Direct)
        {
            return 0;
        }

        // One byte of each page; 4096 is the smallest page there is, so larger ones are only asked more often.
        var last = userDst + bytes - 1;
        for (var at = userDst; at <= last; at = (at & ~(SmallestPage - 1)) + SmallestPage)
        {
            var writable = kind == Aio2UserMemory.Fixup ? FixupMemory.IsWritable((void*)at) : BounceMemory.IsWritable(at);
            if (!writable)
            {
                return -Errno.EFAULT;
            }
        }

        return 0;
    }

    /// <summary>Below the kernel's half, without a wrap. The null page is refused here so that the direct policy sees it too.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsUserRange(ulong address, nuint bytes) =>
        bytes == 0 || (address >= SmallestPage && address <= long.MaxValue && bytes <= long.MaxValue - address);

    private void FallToBounce(string reason)
    {
        lock (gate)
        {
            // The buffer before the kind that makes others use it.
            bounce ??= BounceMemory.Shared;
            Reason = reason;
            kind = Aio2UserMemory.Bounce;
        }

        Debug.Assert(bounce is not null, "a bounce needs its buffer");
    }
}
