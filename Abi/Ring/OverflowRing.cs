using System.Runtime.CompilerServices;

namespace AioV2.Abi.Ring;

/// <summary>A ring and the list behind it: what does not fit waits, in order, and nothing overtakes it (RING-6, RING-7).</summary>
/// <remarks>
/// A completion pass, under the producer's lock, is <see cref="Begin"/>, any number of <see cref="Complete"/>, and
/// <see cref="End"/>. The order of stores is the one of RING-8: record, then tail; for a list insert, list, then OVERFLOW; for
/// a drain, record, tail, off the list, and only with the list empty clear OVERFLOW.
/// </remarks>
/// <typeparam name="TItem">What the list links.</typeparam>
/// <typeparam name="TList">The list: a struct, so that no call goes through an interface.</typeparam>
public sealed class OverflowRing<TItem, TList>(RingProducer ring, TList list)
    where TList : struct, IOverflowList<TItem>
{
    private TList _list = list;

    /// <summary>The ring that takes new records.</summary>
    public RingProducer Ring { get; private set; } = ring;

    /// <summary>The list.</summary>
    public ref TList List => ref _list;

    /// <summary>Whether nothing waits on the list.</summary>
    public bool ListIsEmpty => !_list.TryFirst(out _);

    /// <summary>Starts a pass: judges <c>head</c> and drains what now fits.</summary>
    /// <returns>Records drained.</returns>
    public int Begin()
    {
        Ring.Observe();
        return DrainObserved();
    }

    /// <summary>Puts a record in the ring, or on the list if there is no room or others wait there.</summary>
    /// <returns>Whether it is in the ring: then its item may be used again. Visible at <see cref="End"/> at the latest.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Complete(TItem item)
    {
        if (ListIsEmpty && Ring.TryStage(_list.RecordOf(item)))
        {
            return true;
        }

        _list.Append(item);

        // Events take their places ring before list (RING-6): those staged are published before the flag.
        Ring.Publish();
        Ring.RaiseOverflow();
        return false;
    }

    /// <summary>Ends a pass: all that was completed is visible, in the ring or on the list.</summary>
    public void End() => Ring.Publish();

    /// <summary>Drains as <see cref="Begin"/> does, outside a completion pass: at io_getevents2, or at a submit that lacks a slot.</summary>
    public int Drain() => Begin();

    private int DrainObserved()
    {
        if (Ring.IsCorrupt || !_list.TryFirst(out TItem item))
        {
            return 0;
        }

        int drained = 0;
        bool more = true;
        while (more && Ring.TryStage(_list.RecordOf(item)))
        {
            drained++;
            more = _list.TryNext(item, out item);
        }

        // The tail that covers the drained records comes before the flag that falls with the last of them.
        Ring.Publish();
        for (int i = 0; i < drained; i++)
        {
            _list.RemoveFirst();
        }

        if (!more)
        {
            Ring.ClearOverflow();
        }

        return drained;
    }
}
