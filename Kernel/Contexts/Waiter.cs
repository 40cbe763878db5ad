using AioV2.Abi;
using AioV2.Kernel.Linux;

namespace AioV2.Kernel.Contexts;

/// <summary>One thread that waits in io_getevents2. It stands on that thread's stack.</summary>
/// <remarks>Who wakes takes the waiter off the queue under the context's lock and rouses it after the lock is given up; the
/// sleeper does not leave its frame while it is off the queue and not yet roused. So the waker's last store to
/// <see cref="_word"/> always finds the frame, and the futex call behind it needs only the address. Who finds the waiter awake, as
/// one does that runs completions and rouses itself, makes the store and no call.</remarks>
internal unsafe struct Waiter
{
    public Waiter* Next;
    public Waiter* Previous;

    /// <summary>Bytes of events that it waits for.</summary>
    public ulong MinBytes;

    /// <summary>Bytes that it could take.</summary>
    public ulong Room;

    /// <summary>Whether it only waits until another call has copied what it took off the list.</summary>
    public bool WantsTurn;

    public bool IsQueued;

    /// <summary>An eventfd to sleep on, with a signal mask (CTX-2) or beside <see cref="ReadyFd"/>; or -1 to sleep on a futex.</summary>
    public int EventFd;

    /// <summary>With an eventfd: what else to sleep on, since the sleeper runs completions itself (SETUP-12); or -1.</summary>
    public int ReadyFd;

    /// <summary>Whether <see cref="EventFd"/> is the context's and to be given back to it.</summary>
    public bool HasBell;

    /// <summary>Whether <see cref="ReadyFd"/> is that of the context's lane, which this waiter attends.</summary>
    public bool Attends;

    /// <summary>Answer of <see cref="Sleep"/>: not roused, but <see cref="ReadyFd"/> is readable.</summary>
    public const int CompletionsAreReady = 1;

    // Awake: who rouses need not wake. Roused, and whether the eventfd was written for it.
    private const uint Awake = 0, Asleep = 1, Roused = 2, RousedByEventFd = 3;

    private uint _word;

    public void Prepare(ulong room, ulong minBytes, bool wantsTurn)
    {
        MinBytes = minBytes;
        Room = room;
        WantsTurn = wantsTurn;
        _word = Awake;
    }

    /// <summary>Sleeps until roused (0), the deadline (<c>-ETIMEDOUT</c>), a signal handler ran (<c>-EINTR</c>, only with a
    /// mask), or <see cref="CompletionsAreReady"/>.</summary>
    public static int Sleep(Waiter* self, long deadline, ulong* mask)
    {
        while (Interlocked.CompareExchange(ref self->_word, Asleep, Awake) <= Asleep)
        {
            var result = self->EventFd < 0
                ? Futex.Wait(&self->_word, Asleep, deadline)
                : SleepInPoll(self, deadline, mask);
            if (result is -Errno.ETIMEDOUT or CompletionsAreReady || (result == -Errno.EINTR && mask != null))
            {
                _ = Interlocked.CompareExchange(ref self->_word, Awake, Asleep);
                return result;
            }
        }

        ForgetSignal(self);
        return 0;
    }

    /// <summary>Waits for the waker that has taken this waiter off the queue already.</summary>
    public static void AwaitRousing(Waiter* self)
    {
        while (Interlocked.CompareExchange(ref self->_word, Asleep, Awake) <= Asleep)
        {
            _ = Futex.Wait(&self->_word, Asleep);
        }

        ForgetSignal(self);
    }

    // Only once roused, since the waker writes the eventfd first: else its signal could be eaten before the store.
    private static void ForgetSignal(Waiter* self)
    {
        ulong count;
        if (self->_word == RousedByEventFd)
        {
            _ = Libc.Read(self->EventFd, &count, sizeof(ulong));
        }
    }

    /// <summary>Rouses a chain that <see cref="WaiterQueue"/> has taken off. Without the context's lock.</summary>
    public static void Rouse(Waiter* chain)
    {
        while (chain != null)
        {
            // Read before the store: after it the frame may be gone.
            var next = chain->Next;
            var eventFd = chain->EventFd;
            if (Interlocked.CompareExchange(ref chain->_word, Roused, Awake) != Awake)
            {
                ulong one = 1;
                _ = eventFd < 0 ? 0 : Libc.Write(eventFd, &one, sizeof(ulong));
                Volatile.Write(ref chain->_word, eventFd < 0 ? Roused : RousedByEventFd);
                _ = Futex.Wake(&chain->_word, 1);
            }

            chain = next;
        }
    }

    private static int SleepInPoll(Waiter* self, long deadline, ulong* mask)
    {
        // A negative descriptor is passed over.
        var sources = stackalloc Pollfd[2]
        {
            new() { Fd = self->EventFd, Events = Libc.POLLIN },
            new() { Fd = self->EventFd < 0 ? -1 : self->ReadyFd, Events = Libc.POLLIN },
        };
        var left = Timespec.FromNanoseconds(Math.Max(0, deadline == Futex.Never ? 0 : deadline - MonotonicClock.Now));
        var result = Libc.Ppoll(sources, 2, deadline == Futex.Never ? null : &left, mask);
        return result == 0 ? -Errno.ETIMEDOUT
            : result < 0 ? result
            : sources[1].Returned != 0 ? CompletionsAreReady : 0;
    }
}
