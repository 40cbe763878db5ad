using AioV2.Abi;
using AioV2.Abi.Ring;
using AioV2.Kernel.Linux;

namespace AioV2.Kernel.Contexts;

/// <remarks>RING-11, by closing the old ring (tests/model/resize.pml):
/// <code>
///            RESIZE                 the kernel sees the old one empty          RELEASE
///  old ring  MOVED is set           |                                          | unmapped
///            | only drained --------+ ---- nobody's -------------------------- +
///  list      | takes all events     | drains into the new ring
///  new ring  + OVERFLOW, empty -----+ OVERFLOW until the list is empty ---- as usual ----
/// </code>
/// So no event is moved, none overtakes another, and a reaper who finds the new ring empty is told to ask.</remarks>
internal sealed unsafe partial class Context
{
    private RingProducer? _old;
    private RingMemory? _oldMemory;
    private bool _moving;

    /// <summary>Rings that this context has moved away from.</summary>
    public uint Generation { get; private set; }

    // Where events are taken from: the old ring first. Null where only the list is.
    private RingProducer? Source => _moving ? _old : IsDirect ? null : _ring;

    /// <summary>Makes a new ring the context's (RING-11). The caller is inside; on success the memory is the context's.</summary>
    /// <returns>0; <c>-EBUSY</c>: the old ring of an earlier move is not released, or an accepted event exceeds the new
    /// maximum; <c>-ENXIO</c>: destroy has begun.</returns>
    public long Resize(RingMemory memory)
    {
        var waiter = new Waiter { EventFd = -1, ReadyFd = -1 };
        while (true)
        {
            _lock.Enter();

            // Of a CORRUPT ring: what a call has taken off the list may yet go back there, before all others.
            var result = JudgeMove(memory.Layout.MaxEventBytes);
            var waits = result == 0 && _copying;
            if (waits)
            {
                waiter.Prepare(0, 0, wantsTurn: true);
                _waiters.Enqueue(&waiter);
            }
            else if (result == 0)
            {
                Move(memory);
            }

            var roused = WakeReady();
            _lock.Exit();
            Waiter.Rouse(roused);
            if (!waits)
            {
                return result;
            }

            _ = Waiter.Sleep(&waiter, Futex.Never, null);
        }
    }

    /// <summary>What RESIZE would say now, without a ring.</summary>
    public long CanResize(uint maxEventBytes)
    {
        using (_lock.EnterScope())
        {
            return JudgeMove(maxEventBytes);
        }
    }

    /// <summary>Tells of the newest ring.</summary>
    public void Describe(ref Aio2RingInfo info)
    {
        using (_lock.EnterScope())
        {
            var memory = _memory!;
            info.RingBytes = memory.Layout.RingBytes;
            info.MaxEventBytes = MaxEventBytes;
            info.Generation = Generation;
            info.UserOffset = memory.Layout.UserOffset;
            info.DataOffset = memory.Layout.DataOffset;
            info.RingAddr = (ulong)memory.User;
            info.RingMapBytes = memory.MapBytes;
        }
    }

    /// <summary>Frees the old ring: the kernel's mapping of it; the user's view stays the user's.</summary>
    /// <returns>0; <c>-EINVAL</c>: there is none; <c>-EBUSY</c>: it still holds events.</returns>
    public long ReleaseOldRing()
    {
        _lock.Enter();
        Drain();
        long result = _old is null ? -Errno.EINVAL : _moving ? -Errno.EBUSY : 0;
        var memory = result == 0 ? _oldMemory : null;
        if (result == 0)
        {
            _old = null;
            _oldMemory = null;
        }

        var roused = WakeReady();
        _lock.Exit();
        Waiter.Rouse(roused);

        // A call that copies from it keeps it until then.
        memory?.Drop();
        return result;
    }

    /// <summary>Whether an eventfd may be attached: with DEFER a sleeper would wait for completions that nobody runs (SETUP-12).</summary>
    public bool TakesEventFd => !_isDeferred;

    /// <summary>Gives the context an eventfd, or another, or none. A pass that has begun to signal the old one does so yet.</summary>
    /// <returns>0, or <c>-EINVAL</c> where none is to be taken away (RING-10).</returns>
    public long ReplaceEventFd(EventFdSignal? wanted)
    {
        EventFdSignal? old;
        using (_lock.EnterScope())
        {
            old = _eventFd;
            _eventFd = wanted;
        }

        old?.Drop();
        return wanted is null && old is null ? -Errno.EINVAL : 0;
    }

    private long JudgeMove(uint maxEventBytes)
    {
        if (_dying)
        {
            return -Errno.ENXIO;
        }

        if (_old is not null)
        {
            return -Errno.EBUSY;
        }

        for (var r = _outstanding.Oldest; r != null; r = r->NewerOutstanding)
        {
            if (r->EventBytes > maxEventBytes)
            {
                return -Errno.EBUSY;
            }
        }

        for (var r = _list.First; r != null; r = r->Next)
        {
            if (r->EventBytes > maxEventBytes)
            {
                return -Errno.EBUSY;
            }
        }

        return 0;
    }

    private void Move(RingMemory memory)
    {
        var old = _ring!;
        if (_trace is not null)
        {
            TraceRing();
        }

        _old = old;
        _oldMemory = _memory;
        _memory = memory;
        _moving = true;
        Generation++;
        MaxEventBytes = memory.Layout.MaxEventBytes;
        _ring = RingProducer.Create(
            memory.Kernel, memory.Layout, MaxEventBytes, Id, Generation, old.Tail, Aio2RingFlags.Overflow);
        _ring.CountOn(old);

        // The new ring is whole, and says that there may be events elsewhere, before anybody is told to look for it. What a
        // CORRUPT ring held counts as delivered, so that its move ends here.
        old.SetFlags(Aio2RingFlags.Moved);
        Drain();
        if (_trace is not null)
        {
            TraceRing();
        }
    }

    // What the kernel sees in the old ring ends the move: nothing, or nonsense.
    private void EndMoveIfEmpty()
    {
        if (!_old!.Observe() || _old.SeenEmpty)
        {
            _moving = false;
            if (_list.IsEmpty)
            {
                _ring!.ClearOverflow();
            }
        }
    }
}
