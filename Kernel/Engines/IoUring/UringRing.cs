using AioV2.Abi;
using AioV2.Kernel.Linux;
using static AioV2.Kernel.Engines.IoUring.UringAbi;

namespace AioV2.Kernel.Engines.IoUring;

/// <summary>One io_uring by raw system calls: its three mappings, the submission queue and the completion queue.</summary>
/// <remarks>
/// <para>The engine's ring is made disabled, so that whether it works is known before a thread exists, and enabled by the one thread
/// that submits and reaps (IORING_SETUP_SINGLE_ISSUER). With IORING_SETUP_DEFER_TASKRUN completions are run inside that thread's
/// own waits: nothing depends on the life, and nothing interrupts the system calls, of the threads that called io_submit2.</para>
/// <para>A deferred context's ring is entered by whichever thread calls, one at a time, and waited for by poll.</para>
/// <para>All members but the makers and <see cref="Dispose"/> are the one thread's at a time.</para></remarks>
internal sealed unsafe class UringRing : IDisposable
{
    private readonly int _fd;
    private readonly byte* _rings;
    private readonly nuint _ringsBytes;
    private readonly UringSqe* _sqes;
    private readonly nuint _sqesBytes;
    private readonly uint* _sqHead;
    private readonly uint* _sqTail;
    private readonly uint* _sqFlags;
    private readonly uint* _cqHead;
    private readonly uint* _cqTail;
    private readonly UringCqe* _cqes;
    private readonly uint _sqEntries;
    private readonly uint _cqMask;
    private uint _filled;
    private uint _enterFlags;
    private int _enterFd;

    private UringRing(int fd, in UringParams made, byte* rings, nuint ringsBytes, UringSqe* sqes, nuint sqesBytes)
    {
        _fd = _enterFd = fd;
        _rings = rings;
        _ringsBytes = ringsBytes;
        _sqes = sqes;
        _sqesBytes = sqesBytes;
        _sqHead = (uint*)(rings + made.SqHead);
        _sqTail = (uint*)(rings + made.SqTail);
        _sqFlags = (uint*)(rings + made.SqFlags);
        _cqHead = (uint*)(rings + made.CqHead);
        _cqTail = (uint*)(rings + made.CqTail);
        _cqes = (UringCqe*)(rings + made.Cqes);
        _sqEntries = made.SqEntries;
        _cqMask = made.CqEntries - 1;
        CqEntries = made.CqEntries;
        DefersTaskRun = (made.Flags & IORING_SETUP_DEFER_TASKRUN) != 0;

        // Entry n of the queue is always SQE n.
        var array = (uint*)(rings + made.SqArray);
        for (var i = 0u; i < _sqEntries; i++)
        {
            array[i] = i;
        }
    }

    /// <summary>Completions that the queue holds before the kernel keeps further ones aside (IORING_FEAT_NODROP).</summary>
    public uint CqEntries { get; }

    /// <summary>Whether completions run only inside <see cref="Enter"/> (Linux 6.1).</summary>
    public bool DefersTaskRun { get; }

    /// <summary>What poll waits on for completions.</summary>
    public int Fd => _fd;

    /// <summary>Whether the kernel keeps completions aside that the queue had no room for; an enter brings them.</summary>
    public bool HasOverflow => (Volatile.Read(ref *_sqFlags) & IORING_SQ_CQ_OVERFLOW) != 0;

    /// <summary>SQEs that are filled and that the kernel has not taken.</summary>
    public uint Unsubmitted => _filled - Volatile.Read(ref *_sqHead);

    /// <summary>A ring, disabled; or null and why io_uring cannot be used here.</summary>
    public static UringRing? TryCreate(uint sqEntries, uint cqEntries, out string why)
    {
        var made = new UringParams { CqEntries = cqEntries };
        const uint Always = IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP | IORING_SETUP_R_DISABLED;
        made.Flags = Always | IORING_SETUP_SUBMIT_ALL | IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN;
        var fd = Libc.IoUringSetup(sqEntries, &made);
        if (fd == -Errno.EINVAL)
        {
            // Before Linux 6.1.
            made = new UringParams { CqEntries = cqEntries, Flags = Always };
            fd = Libc.IoUringSetup(sqEntries, &made);
        }

        if (fd < 0)
        {
            why = WhyNotSetUp(fd);
            return null;
        }

        var ring = TryMap(fd, made, out why);
        if (ring is null)
        {
            _ = Libc.Close(fd);
        }

        return ring;
    }

    /// <summary>A ring that any thread may enter, or null.</summary>
    public static UringRing? TryCreateOpen(uint sqEntries, uint cqEntries)
    {
        var made = new UringParams { CqEntries = cqEntries, Flags = IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP };
        var fd = Libc.IoUringSetup(sqEntries, &made);
        if (fd < 0)
        {
            return null;
        }

        var ring = TryMap(fd, made, out _);
        if (ring is null)
        {
            _ = Libc.Close(fd);
        }

        return ring;
    }

    /// <summary>The thread that will submit and reap enables the ring and registers its descriptor: 0, or <c>-errno</c>.</summary>
    public int EnableOnThisThread()
    {
        var result = Libc.IoUringRegister(_fd, IORING_REGISTER_ENABLE_RINGS, null, 0);
        if (result < 0)
        {
            return result;
        }

        // struct io_uring_rsrc_update { u32 offset, resv; u64 data }: any free place. Spares each enter a look-up.
        var update = stackalloc ulong[2] { uint.MaxValue, (ulong)_fd };
        if (Libc.IoUringRegister(_fd, IORING_REGISTER_RING_FDS, update, 1) == 1)
        {
            _enterFd = (int)(uint)update[0];
            _enterFlags = IORING_ENTER_REGISTERED_RING;
        }

        return 0;
    }

    /// <summary>A cleared SQE to fill, or null: the queue is full.</summary>
    public UringSqe* TryTakeSqe()
    {
        if (Unsubmitted == _sqEntries)
        {
            return null;
        }

        var sqe = _sqes + (_filled & (_sqEntries - 1));
        _filled++;
        *sqe = default;
        return sqe;
    }

    /// <summary>Submits what is filled, runs completions, and waits until at least <paramref name="least"/> are there: SQEs
    /// taken, or <c>-errno</c>. What was taken is told by <see cref="Unsubmitted"/>, also after an error.</summary>
    public int Enter(uint least)
    {
        // The SQEs must be visible before the tail that covers them; pairs with the kernel's acquire of the tail.
        Volatile.Write(ref *_sqTail, _filled);
        return Libc.IoUringEnter(_enterFd, Unsubmitted, least, IORING_ENTER_GETEVENTS | _enterFlags, null, 0);
    }

    /// <summary>Whether there is a completion to reap.</summary>
    public bool HasCompletion => *_cqHead != Volatile.Read(ref *_cqTail);

    /// <summary>Takes the oldest completion; false, if there is none.</summary>
    public bool TryReap(out UringCqe completion)
    {
        var head = *_cqHead;
        if (head == Volatile.Read(ref *_cqTail))
        {
            completion = default;
            return false;
        }

        completion = _cqes[head & _cqMask];

        // Read before the place is given back; pairs with the kernel's acquire of the head.
        Volatile.Write(ref *_cqHead, head + 1);
        return true;
    }

    public void Dispose()
    {
        _ = Libc.Munmap(_sqes, _sqesBytes);
        _ = Libc.Munmap(_rings, _ringsBytes);
        _ = Libc.Close(_fd);
    }

    private static UringRing? TryMap(int fd, in UringParams made, out string why)
    {
        const uint Needed = IORING_FEAT_SINGLE_MMAP | IORING_FEAT_NODROP | IORING_FEAT_SUBMIT_STABLE | IORING_FEAT_RW_CUR_POS;
        if ((made.Features & Needed) != Needed)
        {
            why = "io_uring is too old here (before Linux 5.6)";
            return null;
        }

        why = WhyNotUsable(fd);
        if (why.Length != 0)
        {
            return null;
        }

        var ringsBytes = (nuint)Math.Max(made.SqArray + (made.SqEntries * sizeof(uint)), made.Cqes + (made.CqEntries * (uint)sizeof(UringCqe)));
        var sqesBytes = (nuint)(made.SqEntries * (uint)sizeof(UringSqe));
        var rings = Map(fd, ringsBytes, IORING_OFF_SQ_RING);
        var sqes = Map(fd, sqesBytes, IORING_OFF_SQES);
        if (!Libc.IsError(rings) && !Libc.IsError(sqes))
        {
            why = (made.Flags & IORING_SETUP_DEFER_TASKRUN) != 0 ? "works" : "works, without DEFER_TASKRUN";
            return new UringRing(fd, made, (byte*)rings, ringsBytes, (UringSqe*)sqes, sqesBytes);
        }

        why = $"the rings of io_uring cannot be mapped ({Errno.NameOf((int)-(Libc.IsError(rings) ? rings : sqes))})";
        _ = Libc.IsError(rings) ? 0 : Libc.Munmap((void*)rings, ringsBytes);
        _ = Libc.IsError(sqes) ? 0 : Libc.Munmap((void*)sqes, sqesBytes);
        return null;
    }

    private static nint Map(int fd, nuint bytes, long offset)
    {
        var at = Libc.Mmap(null, bytes, Libc.PROT_READ | Libc.PROT_WRITE, Libc.MAP_SHARED | Libc.MAP_POPULATE, fd, offset);
        if (!Libc.IsError(at))
        {
            // A child of fork has nothing to find here (CTX-1).
            _ = Libc.Madvise((void*)at, bytes, Libc.MADV_DONTFORK);
        }

        return at;
    }

    private static string WhyNotSetUp(int error) => -error switch
    {
        Errno.ENOSYS => "io_uring_setup: ENOSYS (no io_uring, or hidden by seccomp)",
        Errno.EPERM or Errno.EACCES => $"io_uring_setup: {Errno.NameOf(-error)} (io_uring_disabled or seccomp)",
        _ => $"io_uring_setup: {Errno.NameOf(-error)}",
    };

    // A filter may let set-up through and refuse the other two; and the operations must be there. Empty: usable.
    private static string WhyNotUsable(int fd)
    {
        var entered = Libc.IoUringEnter(fd, 0, 0, 0, null, 0);
        if (entered is -Errno.ENOSYS or -Errno.EPERM or -Errno.EACCES)
        {
            return $"io_uring_enter: {Errno.NameOf(-entered)} (refused by seccomp)";
        }

        // struct io_uring_probe: 16 bytes of head, then { u8 op, resv; u16 flags; u32 resv } for each operation.
        const int Operations = 32;
        var probe = stackalloc byte[16 + (Operations * 8)];
        new Span<byte>(probe, 16 + (Operations * 8)).Clear();
        var probed = Libc.IoUringRegister(fd, IORING_REGISTER_PROBE, probe, Operations);
        if (probed < 0)
        {
            return $"io_uring_register: {Errno.NameOf(-probed)}";
        }

        foreach (var op in (ReadOnlySpan<byte>)[IORING_OP_READV, IORING_OP_WRITEV, IORING_OP_FSYNC, IORING_OP_POLL_ADD, IORING_OP_ASYNC_CANCEL, IORING_OP_READ, IORING_OP_WRITE])
        {
            if ((*(ushort*)(probe + 16 + (op * 8) + 2) & IO_URING_OP_SUPPORTED) == 0)
            {
                return $"io_uring has no operation {op} here";
            }
        }

        return "";
    }
}
