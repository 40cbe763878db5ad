using System.Collections.Concurrent;

namespace AioV2.Kernel.Contexts;

/// <summary>Contexts by id. Ids are handed out cyclically, are never 0, and say nothing about memory (§3).</summary>
/// <remarks>Looking up takes no lock; making and ending a context takes one of the table's own.</remarks>
internal sealed class ContextTable
{
    private readonly ConcurrentDictionary<uint, Context> _contexts = new();
    private readonly ulong _ceiling;
    private uint _lastId;
    private ulong _slots;

    /// <param name="ceiling">Slots that all contexts may have together (SETUP-6).</param>
    public ContextTable(ulong ceiling) => _ceiling = ceiling;

    /// <summary>Slots in use.</summary>
    public ulong Slots => Volatile.Read(ref _slots);

    /// <summary>The ceiling.</summary>
    public ulong Ceiling => _ceiling;

    /// <summary>All contexts, for the end of the kernel.</summary>
    public ICollection<Context> All => _contexts.Values;

    public Context? Find(uint id) => _contexts.GetValueOrDefault(id);

    /// <summary>Takes slots, if the ceiling allows.</summary>
    public bool TryTakeSlots(uint count)
    {
        ulong seen;
        do
        {
            seen = Volatile.Read(ref _slots);
            if (count > _ceiling - Math.Min(seen, _ceiling))
            {
                return false;
            }
        }
        while (Interlocked.CompareExchange(ref _slots, seen + count, seen) != seen);

        return true;
    }

    public void ReturnSlots(uint count) => Interlocked.Add(ref _slots, 0ul - count);

    /// <summary>A free id is reserved for the context, which can be found from now on.</summary>
    public void Add(Context context, Action<Context> prepare)
    {
        do
        {
            context.Id = Interlocked.Increment(ref _lastId);
            if (context.Id != 0)
            {
                prepare(context);
            }
        }
        while (context.Id == 0 || !_contexts.TryAdd(context.Id, context));
    }

    /// <summary>The id wanted (SETUP-2): false if it is taken.</summary>
    public bool TryAddAt(Context context, uint id, Action<Context> prepare)
    {
        context.Id = id;
        prepare(context);
        return _contexts.TryAdd(id, context);
    }

    public void Remove(Context context)
    {
        if (_contexts.TryRemove(context.Id, out _))
        {
            ReturnSlots(context.NrReqs);
        }
    }
}
