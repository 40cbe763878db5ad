namespace AioV2.Abi.Ring;

/// <summary>The list behind a full ring: first in, first out. The owner links its own items; nothing is allocated here.</summary>
/// <remarks>Implemented by a struct, so that the calls are direct ones. Used under the producer's lock only.</remarks>
/// <typeparam name="TItem">What is linked, e.g. a request that holds its event.</typeparam>
public interface IOverflowList<TItem>
{
    /// <summary>The oldest item, if there is any.</summary>
    bool TryFirst(out TItem item);

    /// <summary>The item behind another, if there is any.</summary>
    bool TryNext(TItem item, out TItem following);

    /// <summary>The record of an item; valid until the item leaves the list.</summary>
    ReadOnlySpan<byte> RecordOf(TItem item);

    /// <summary>Puts an item at the end.</summary>
    void Append(TItem item);

    /// <summary>Takes the oldest item off: its record is in the ring and published, and its slot is free (RING-9).</summary>
    void RemoveFirst();
}
