using System.Diagnostics;
using System.Runtime.InteropServices;
using AioV2.Kernel.Requests;

namespace AioV2.Kernel.Contexts;

/// <summary>The requests of one context that have a deadline, the earliest on top: a binary heap whose places the requests know.</summary>
/// <remarks>
/// <code>
///  place      1      2      3      4  …
///          +------+------+------+------
///          |at, r |at, r |at, r |        at[place / 2] ≤ at[place], r->DeadlinePlace == place
///          +------+------+------+------
/// </code>
/// <para>Nothing is allocated before the first deadline; then at most one node for each slot. Under the context's lock.</para></remarks>
internal unsafe struct DeadlineHeap : IDisposable
{
    /// <summary>When there is no deadline.</summary>
    public const long Never = long.MaxValue;

    private const int FirstCapacity = 64;

    private Node* _nodes;
    private int _capacity;
    private int _count;

    private struct Node
    {
        public long At;
        public Request* Request;
    }

    /// <summary>How many there are.</summary>
    public readonly int Count => _count;

    /// <summary>The earliest deadline, CLOCK_MONOTONIC ns, or <see cref="Never"/>.</summary>
    public readonly long Earliest => _count == 0 ? Never : _nodes[1].At;

    /// <summary>Adds a request: false where memory is out.</summary>
    public bool TryAdd(Request* r, long at)
    {
        Debug.Assert(r->DeadlinePlace == 0, "a request has one deadline");
        if (_count + 1 >= _capacity && !TryGrow())
        {
            return false;
        }

        Rise(++_count, new Node { At = at, Request = r });
        return true;
    }

    /// <summary>Removes a request that is in the heap.</summary>
    public void Remove(Request* r)
    {
        var place = r->DeadlinePlace;
        Debug.Assert(place > 0 && place <= _count && _nodes[place].Request == r, "a request knows its place");
        r->DeadlinePlace = 0;
        var last = _nodes[_count--];
        if (last.Request == r)
        {
            return;
        }

        if (place > 1 && _nodes[place / 2].At > last.At)
        {
            Rise(place, last);
        }
        else
        {
            Sink(place, last);
        }
    }

    /// <summary>Takes the earliest off, if it is due; else null.</summary>
    public Request* TakeDue(long now)
    {
        if (Earliest > now || _count == 0)
        {
            return null;
        }

        var r = _nodes[1].Request;
        Remove(r);
        return r;
    }

    public void Dispose()
    {
        Debug.Assert(_count == 0, "a deadline outlives its request");
        NativeMemory.Free(_nodes);
        this = default;
    }

    private readonly void Rise(int place, Node node)
    {
        for (; place > 1 && _nodes[place / 2].At > node.At; place /= 2)
        {
            Set(place, _nodes[place / 2]);
        }

        Set(place, node);
    }

    private readonly void Sink(int place, Node node)
    {
        while (place * 2 <= _count)
        {
            var child = place * 2;
            child += child < _count && _nodes[child + 1].At < _nodes[child].At ? 1 : 0;
            if (_nodes[child].At >= node.At)
            {
                break;
            }

            Set(place, _nodes[child]);
            place = child;
        }

        Set(place, node);
    }

    private readonly void Set(int place, Node node)
    {
        _nodes[place] = node;
        node.Request->DeadlinePlace = place;
    }

    private bool TryGrow()
    {
        var capacity = Math.Max(FirstCapacity, _capacity * 2);
        try
        {
            _nodes = (Node*)NativeMemory.Realloc(_nodes, (nuint)capacity * (nuint)sizeof(Node));
        }
        catch (OutOfMemoryException)
        {
            return false;
        }

        _capacity = capacity;
        return true;
    }
}
