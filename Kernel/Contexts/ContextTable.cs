using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace AioV2.Kernel.Contexts;

/// <summary>Contexts by id. Ids are handed out cyclically, are never 0, and say nothing about memory (§3).</summary>
/// <remarks>Looking up takes no lock; making and ending a context takes one of the table's own. A call finds its context by one
/// load and a comparison; the dictionary serves those whose place a younger context took.</remarks>
internal sealed class ContextTable
{
    private const uint Places = 64;

    private readonly ConcurrentDictionary<uint, Context> _contexts = new();

    // By the id's low bits: the youngest context of each remainder, never one that the dictionary does not have.
    private readonly Context?[] _youngest = new Context?[Places];
    private readonly Lock _change = new();
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Context? Find(uint id)
    {
        var young = Volatile.Read(ref _youngest[id % Places]);
        return young is not null && young.Id == id ? young : FindOld(id);
    }

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
        while (context.Id == 0 || !TryPlace(context));
    }

    /// <summary>The id wanted (SETUP-2): false if it is taken.</summary>
    public bool TryAddAt(Context context, uint id, Action<Context> prepare)
    {
        context.Id = id;
        prepare(context);
        return TryPlace(context);
    }

    // Else the frame that the dictionary needs is each call's.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private Context? FindOld(uint id) => _contexts.GetValueOrDefault(id);

    public void Remove(Context context)
    {
        bool isRemoved;
        lock (_change)
        {
            ref var place = ref _youngest[context.Id % Places];
            place = place == context ? null : place;
            isRemoved = _contexts.TryRemove(context.Id, out _);
        }

        if (isRemoved)
        {
            ReturnSlots(context.NrReqs);
        }
    }

    private bool TryPlace(Context context)
    {
        lock (_change)
        {
            if (!_contexts.TryAdd(context.Id, context))
            {
                return false;
            }

            Volatile.Write(ref _youngest[context.Id % Places], context);
            return true;
        }
    }
}
