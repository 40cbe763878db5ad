using AioV2.Abi;

namespace AioV2.Kernel.Contexts;

/// <summary>Those who wait in io_getevents2 on one context, in the order in which they came.</summary>
/// <remarks>
/// <para>Law (GET-1): while events are there, a waiter that could return is awake. What an awake waiter may take counts as
/// spoken for (<see cref="_spokenFor"/>), so that one event does not wake a herd; when it comes back, with or without events,
/// its claim falls and the rest is offered to the others.</para>
/// <para>All members run under the context's lock.</para></remarks>
internal unsafe struct WaiterQueue
{
    private Waiter* _first;
    private Waiter* _last;
    private ulong _spokenFor;
    private int _count;

    /// <summary>Sleeping waiters; may be read without the lock, after a full fence.</summary>
    public int Count => Volatile.Read(ref _count);

    public void Enqueue(Waiter* waiter)
    {
        waiter->IsQueued = true;
        waiter->Next = null;
        waiter->Previous = _last;
        if (_last == null)
        {
            _first = waiter;
        }
        else
        {
            _last->Next = waiter;
        }

        _last = waiter;
        _count++;
    }

    /// <summary>Takes a waiter off by its own wish.</summary>
    public void Remove(Waiter* waiter)
    {
        if (waiter->Previous == null)
        {
            _first = waiter->Next;
        }
        else
        {
            waiter->Previous->Next = waiter->Next;
        }

        if (waiter->Next == null)
        {
            _last = waiter->Previous;
        }
        else
        {
            waiter->Next->Previous = waiter->Previous;
        }

        waiter->IsQueued = false;
        _count--;
    }

    /// <summary>A roused waiter is back: what it could have taken is no longer spoken for.</summary>
    public void DropClaim(Waiter* waiter) => _spokenFor -= waiter->WantsTurn ? 0 : waiter->Room;

    /// <summary>Takes off those who could return: a chain for <see cref="Waiter.Rouse"/>.</summary>
    /// <param name="available">Bytes of events that are there; pads may be counted, which at worst wakes for nothing.</param>
    /// <param name="turnIsFree">Whether nobody copies from the list now.</param>
    /// <param name="everybody">The context is dying.</param>
    public Waiter* TakeReady(ulong available, bool turnIsFree, bool everybody = false)
    {
        Waiter* chain = null;
        var left = available > _spokenFor ? available - _spokenFor : 0;
        for (var waiter = _first; waiter != null;)
        {
            var next = waiter->Next;
            var ready = everybody || (waiter->WantsTurn ? turnIsFree : CanReturn(left, waiter->Room, waiter->MinBytes));
            if (ready)
            {
                Remove(waiter);
                if (!waiter->WantsTurn)
                {
                    _spokenFor += waiter->Room;
                    left -= Math.Min(left, waiter->Room);
                }

                waiter->Next = chain;
                chain = waiter;
            }

            if (!everybody && left == 0 && !turnIsFree)
            {
                break;
            }

            waiter = next;
        }

        return chain;
    }

    /// <summary>Whether events of <paramref name="bytes"/> satisfy a call: the minimum is there, or they fill the buffer (GET-1).</summary>
    public static bool CanReturn(ulong bytes, ulong room, ulong minBytes) =>
        bytes != 0 && (bytes >= minBytes || bytes > room || room - bytes < IoEvent2.SizeOf);
}
