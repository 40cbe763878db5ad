using System.Numerics;
using System.Runtime.InteropServices;
using AioV2.Abi;

namespace AioV2.Kernel.Attributes;

/// <summary>Totals by accounting tag (ATTR-7): found without a lock, charged on a cache line for each processor.</summary>
/// <remarks>
/// <code>
///  place  | tag, lines | tag, lines | 0 …        open addressing, at most half full
///                 |
///                 +--> | requests, read, written, spare | …    one line of 64 bytes for each shard
/// </code>
/// <para>A tag is never forgotten: lines are published once, behind their tag, and stay. Nothing is allocated before the
/// first tag.</para></remarks>
internal sealed unsafe class Accounts : IDisposable
{
    private const int Places = 2048;
    private const int ShardsMax = 16;

    private static readonly int Shards =
        (int)BitOperations.RoundUpToPowerOf2((uint)Math.Min(Environment.ProcessorCount, ShardsMax));

    private readonly Lock _adding = new();
    private readonly int[] _order = new int[Aio2.AccountTagsMax];
    private nint _table;
    private int _count;

    private struct Place
    {
        public ulong Tag;
        public nint Lines;
    }

    [StructLayout(LayoutKind.Sequential, Size = 64)]
    private struct Line
    {
        public long Requests;
        public long Read;
        public long Written;
    }

    // Made with the first tag, and published by a release.
    private Place* Table
    {
        get => (Place*)Volatile.Read(ref _table);
        set => Volatile.Write(ref _table, (nint)value);
    }

    /// <summary>Makes a tag known: 0, <c>-ENOSPC</c> where there are too many, <c>-ENOMEM</c>.</summary>
    public int Open(ulong tag) => Find(tag) != null ? 0 : Add(tag);

    /// <summary>Charges one request; nothing, if the tag is not known.</summary>
    public void Charge(ulong tag, long bytesRead, long bytesWritten)
    {
        var lines = Find(tag);
        if (lines == null)
        {
            return;
        }

        // Which processor runs this may change at once: the additions are atomic, the choice only spreads them.
        var line = lines + (Thread.GetCurrentProcessorId() & (Shards - 1));
        _ = Interlocked.Increment(ref line->Requests);
        if (bytesRead != 0)
        {
            _ = Interlocked.Add(ref line->Read, bytesRead);
        }

        if (bytesWritten != 0)
        {
            _ = Interlocked.Add(ref line->Written, bytesWritten);
        }
    }

    /// <summary>The totals, in the order in which the tags came first.</summary>
    public Aio2ProbeAccount[] Totals()
    {
        using (_adding.EnterScope())
        {
            var totals = new Aio2ProbeAccount[_count];
            for (var i = 0; i < _count; i++)
            {
                totals[i] = Total(Table[_order[i]]);
            }

            return totals;
        }
    }

    public void Dispose()
    {
        for (var i = 0; i < _count; i++)
        {
            NativeMemory.AlignedFree((void*)Table[_order[i]].Lines);
        }

        NativeMemory.Free(Table);
        Table = null;
        _count = 0;
    }

    private static Aio2ProbeAccount Total(in Place place)
    {
        var total = new Aio2ProbeAccount { Size = Aio2ProbeAccount.SizeOf, Tag = place.Tag };
        var lines = (Line*)place.Lines;
        for (var i = 0; i < Shards; i++)
        {
            total.Requests += (ulong)Volatile.Read(ref lines[i].Requests);
            total.BytesRead += (ulong)Volatile.Read(ref lines[i].Read);
            total.BytesWritten += (ulong)Volatile.Read(ref lines[i].Written);
        }

        return total;
    }

    private static int FirstPlace(ulong tag) => (int)((tag * 0x9e3779b97f4a7c15) >> 53);

    // The lines of a tag, or null.
    private Line* Find(ulong tag)
    {
        var places = Table;
        if (places == null)
        {
            return null;
        }

        // Never full, so that the walk meets an empty place. Acquire: who sees the lines sees the tag.
        for (var at = FirstPlace(tag); ; at = (at + 1) & (Places - 1))
        {
            var lines = (Line*)Volatile.Read(ref places[at].Lines);
            if (lines == null || places[at].Tag == tag)
            {
                return lines;
            }
        }
    }

    private int Add(ulong tag)
    {
        using var scope = _adding.EnterScope();
        if (Find(tag) != null)
        {
            return 0;
        }

        if (_count == Aio2.AccountTagsMax)
        {
            return -Errno.ENOSPC;
        }

        try
        {
            if (Table == null)
            {
                Table = (Place*)NativeMemory.AllocZeroed(Places, (nuint)sizeof(Place));
            }

            Publish(tag);
            return 0;
        }
        catch (OutOfMemoryException)
        {
            return -Errno.ENOMEM;
        }
    }

    private void Publish(ulong tag)
    {
        var bytes = (nuint)(Shards * sizeof(Line));
        var lines = NativeMemory.AlignedAlloc(bytes, (nuint)sizeof(Line));
        NativeMemory.Clear(lines, bytes);
        var at = FirstPlace(tag);
        while (Table[at].Lines != 0)
        {
            at = (at + 1) & (Places - 1);
        }

        // The tag, then the lines (release): pairs with the acquire in Find.
        Table[at].Tag = tag;
        Volatile.Write(ref Table[at].Lines, (nint)lines);
        _order[_count++] = at;
    }
}
