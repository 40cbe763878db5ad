using AioV2.Kernel.Requests;

namespace AioV2.Kernel.Contexts;

/// <summary>The LEVEL polls of a context, asked in turn (SUBMIT-8).</summary>
/// <remarks>All members run under the context's lock, but Count may be read without.</remarks>
internal unsafe struct LevelSources
{
    private Request* _first;
    private Request* _last;
    private Request* _turn;
    private int _count;

    public int Count => Volatile.Read(ref _count);

    public void Add(Request* r)
    {
        var links = PollState.Of(r);
        links->NextSource = null;
        links->PreviousSource = _last;
        if (_last == null)
        {
            _first = r;
        }
        else
        {
            PollState.Of(_last)->NextSource = r;
        }

        _last = r;
        _turn = _turn == null ? r : _turn;
        _count++;
    }

    public void Remove(Request* r)
    {
        var links = PollState.Of(r);
        _turn = _turn == r ? After(r) : _turn;
        if (links->PreviousSource == null)
        {
            _first = links->NextSource;
        }
        else
        {
            PollState.Of(links->PreviousSource)->NextSource = links->NextSource;
        }

        if (links->NextSource == null)
        {
            _last = links->PreviousSource;
        }
        else
        {
            PollState.Of(links->NextSource)->PreviousSource = links->PreviousSource;
        }

        _count--;
        _turn = _count == 0 ? null : _turn;
    }

    /// <summary>The source that stands so many places behind the one whose turn it is; there must be one.</summary>
    public readonly Request* At(int place)
    {
        var r = _turn;
        for (; place > 0; place--)
        {
            r = After(r);
        }

        return r;
    }

    /// <summary>The one after a source, in a circle.</summary>
    public readonly Request* After(Request* r)
    {
        var next = PollState.Of(r)->NextSource;
        return next == null ? _first : next;
    }

    /// <summary>A source was served: it is the next one's turn. Not if it has gone since, or stands behind
    /// <paramref name="places"/> others.</summary>
    public void Served(ulong id, int places)
    {
        var r = _turn;
        for (; r != null && places >= 0; places--)
        {
            if (r->Id == id)
            {
                _turn = After(r);
                return;
            }

            r = After(r);
        }
    }
}
