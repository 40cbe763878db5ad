using System.Diagnostics;
using AioV2.Abi;
using AioV2.Abi.Ring;
using AioV2.Kernel.Requests;

namespace AioV2.Kernel.Contexts;

internal sealed unsafe partial class Context
{
    // What one look at the context told.
    private enum Look
    {
        // Nothing that satisfies the call.
        Wait,

        // Another call copies from the list.
        WaitTurn,

        // The claim, or the chain, is to be copied.
        Copy,

        // The result stands.
        Return,
    }

    // Events found in a ring, and a hold on its memory: it is copied from without the lock.
    private readonly struct Found(RingClaim claim, RingProducer ring, RingMemory memory)
    {
        public readonly RingClaim Claim = claim;
        public readonly RingProducer? Ring = ring;
        public readonly RingMemory Memory = memory;
    }

    /// <summary>Waits for events and takes them (GET-1…6). The caller is inside.</summary>
    /// <param name="events">The user's buffer.</param>
    /// <param name="bytes">Room there.</param>
    /// <param name="minBytes">At most <paramref name="bytes"/>.</param>
    /// <param name="deadline">CLOCK_MONOTONIC ns, or <see cref="Linux.Futex.Never"/>.</param>
    /// <param name="mask">The signal mask while waiting, or null.</param>
    public long GetEvents(ulong events, ulong bytes, ulong minBytes, long deadline, ulong* mask)
    {
        if (_isDeferred && minBytes != 0)
        {
            // Who waits before anybody has submitted must know what to wait on.
            _ = EngineForTransfers();
        }

        var waiter = new Waiter { EventFd = -1, ReadyFd = -1 };
        var runs = RunDeferred();
        if (runs)
        {
            // Who waits also runs the completions, and so sleeps in poll on both.
            waiter.ReadyFd = _deferred!.ReadyFd;
        }

        if ((runs && minBytes != 0) || mask != null)
        {
            waiter.EventFd = TakeBell();
            waiter.HasBell = waiter.EventFd >= 0;
            if (!waiter.HasBell)
            {
                return waiter.EventFd;
            }
        }

        var taken = Take(events, bytes, minBytes, deadline, mask, &waiter);
        Unseat(&waiter);
        return taken;
    }

    private long Take(ulong events, ulong bytes, ulong minBytes, long deadline, ulong* mask, Waiter* waiter)
    {
        // No ring and no list is larger: so that sums over waiters do not wrap.
        bytes = Math.Min(bytes, int.MaxValue);
        minBytes = Math.Min(minBytes, bytes);
        var force = minBytes == 0;
        var claimed = false;
        var hasAsked = false;
        ulong taken = 0;
        while (true)
        {
            var room = bytes - taken;
            uint news = 0;
            var readings = _sources.Count == 0 || taken != 0 ? 0 : CountReadings(room, out news);
            _lock.Enter();
            if (claimed)
            {
                _waiters.DropClaim(waiter);
                claimed = false;
            }

            var isEnough = readings != 0 && WaiterQueue.CanReturn(Available() + readings, room, minBytes);
            var look = LookAt(room, minBytes, force || taken != 0 || isEnough, out var result, out var found, out var chain);
            if (look == Look.Wait && _sources.Count != 0 && news != _sourceNews)
            {
                _lock.Exit();
                continue;
            }

            if (look == Look.Wait && !hasAsked && MayAttend(waiter))
            {
                _lock.Exit();
                Attend(waiter);
                hasAsked = true;
                continue;
            }

            if (look is Look.Wait or Look.WaitTurn)
            {
                waiter->Prepare(room - readings, minBytes - Math.Min(readings, minBytes), look == Look.WaitTurn);
                _waiters.Enqueue(waiter);
            }

            if (_trace is not null)
            {
                TraceRing();
            }

            // Not behind the copy only: what is on the list others may have drained into the ring by then.
            var isAll = _list.IsEmpty;
            var roused = WakeReady();
            _lock.Exit();
            Waiter.Rouse(roused);
            if (look is Look.Copy or Look.Return)
            {
                // The user's page may be long in coming: others are to hear of what ends meanwhile.
                LeaveLane(waiter);
                hasAsked = false;
            }

            switch (look)
            {
                case Look.Return:
                    result = taken != 0 || result == 0 ? WithReadings(events, bytes, taken) : result;
                    if (result == 0 && isEnough && !force)
                    {
                        // The source that was ready is not so any more.
                        break;
                    }

                    return result;
                case Look.Copy:
                    result = found.Ring is not null ? CopyFound(events + taken, found) : CopyChain(events + taken, chain);
                    if (result < 0)
                    {
                        return taken != 0 ? (long)taken : result;
                    }

                    taken += (ulong)result;
                    if (result != 0 && ((isAll && _list.IsEmpty) || bytes - taken < IoEvent2.SizeOf))
                    {
                        return WithReadings(events, bytes, taken);
                    }

                    break;
                default:
                    // A turn comes soon, so that no deadline applies: the copy in progress is bounded.
                    var slept = SleepUnlessRoused(waiter, look == Look.WaitTurn ? Linux.Futex.Never : deadline, mask, out claimed);
                    if (slept == -Errno.EINTR)
                    {
                        if (claimed)
                        {
                            GiveUpClaim(waiter);
                        }

                        return taken != 0 ? (long)taken : slept;
                    }

                    force |= slept == -Errno.ETIMEDOUT;
                    hasAsked = false;
                    break;
            }
        }
    }

    // Sleeps; afterwards the waiter is off the queue, and claimed says whether a waker took it off.
    private int SleepUnlessRoused(Waiter* waiter, long deadline, ulong* mask, out bool claimed)
    {
        int slept;
        while ((slept = Waiter.Sleep(waiter, deadline, mask)) == Waiter.CompletionsAreReady)
        {
            if (!RunDeferred())
            {
                _lane!.TakeSignalled();
            }
        }

        claimed = true;
        if (slept != 0)
        {
            _lock.Enter();
            if (waiter->IsQueued)
            {
                _waiters.Remove(waiter);
                claimed = false;
            }

            _lock.Exit();
            if (claimed)
            {
                Waiter.AwaitRousing(waiter);
            }
        }

        return slept;
    }

    private void GiveUpClaim(Waiter* waiter)
    {
        _lock.Enter();
        _waiters.DropClaim(waiter);
        var roused = WakeReady();
        _lock.Exit();
        Waiter.Rouse(roused);
    }

    // One look, under the lock. Shared ring: a claim on what it holds. Else: a chain taken off the list.
    private Look LookAt(ulong room, ulong minBytes, bool force, out long result, out Found found, out Chain chain)
    {
        found = default;
        chain = default;
        result = _dying ? -Errno.ENXIO : 0;
        Drain();
        if (_dying || room == 0)
        {
            return Look.Return;
        }

        if (!IsDirect && !force && !WaiterQueue.CanReturn(Available(), room, minBytes) && !IsDirect)
        {
            return Look.Wait;
        }

        // A move ends when the old ring is found empty; then it is the new one's turn. And reapers who took all that was there
        // since Drain looked made room for the list: nothing is found only where nothing is on the list. At each turn the list
        // gets shorter, so that they are no more than it has events.
        while (!IsDirect)
        {
            var ring = Source!;
            switch (ring.Collect((int)room, out var claim))
            {
                case RingStatus.Event:
                    var memory = _moving ? _oldMemory! : _memory!;
                    memory.Hold();
                    found = new Found(claim, ring, memory);
                    return Look.Copy;
                case RingStatus.TooSmall:
                    result = -Errno.EMSGSIZE;
                    return Look.Return;
                case RingStatus.Empty when !_moving && _list.IsEmpty:
                    return force ? Look.Return : Look.Wait;
                default:
                    Drain();
                    break;
            }
        }

        return LookAtList(room, minBytes, force, out result, out chain);
    }

    // Copies a claim to the user, then takes it like any reaper. 0: somebody else reaped meanwhile.
    private long CopyFound(ulong events, in Found found)
    {
        var claim = found.Claim;
        var copied = Kernel.Memory.CopyOutPrefix(events, claim.First, (nuint)claim.FirstBytes);
        if (copied == (nuint)claim.FirstBytes && claim.SecondBytes != 0)
        {
            copied += Kernel.Memory.CopyOutPrefix(events + copied, claim.Second, (nuint)claim.SecondBytes);
        }

        long result = 0;
        var isSame = copied == (nuint)claim.Bytes;
        if (!isSame)
        {
            // A fault: what can be taken are the whole records before it, if the ring still starts where it did (GET-4).
            RingStatus status;
            ulong head = claim.Head;
            using (_lock.EnterScope())
            {
                status = found.Ring!.Collect((int)copied, out claim);
            }

            isSame = status == RingStatus.Event && claim.Head == head;
            result = status == RingStatus.TooSmall ? -Errno.EFAULT : 0;
        }

        if (isSame && found.Ring!.TryTake(claim))
        {
            result = claim.Bytes;
        }

        found.Memory.Drop();
        return result;
    }
}
