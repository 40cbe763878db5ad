namespace AioV2.Kernel.Requests;

/// <summary>First in, first out, linked through the requests themselves: the overflow list and the ready list.</summary>
internal unsafe struct RequestQueue
{
    /// <summary>The oldest, or null.</summary>
    public Request* First;

    private Request* _last;

    /// <summary>Bytes of the events of all on the list.</summary>
    public ulong EventBytes;

    public readonly bool IsEmpty => First == null;

    /// <summary>The newest, or null.</summary>
    public readonly Request* Last => _last;

    /// <summary>Bytes of events of one that is on the list: a run has many.</summary>
    public static ulong BytesOf(Request* r) =>
        (r->Traits & RequestTraits.Run) == 0 ? r->EventBytes : (ulong)NopRun.Of(r)->Count * r->EventBytes;

    public void Append(Request* r)
    {
        r->Next = null;
        if (First == null)
        {
            First = r;
        }
        else
        {
            _last->Next = r;
        }

        _last = r;
        EventBytes += BytesOf(r);
    }

    /// <summary>Takes the oldest, a run whole; the list must not be empty.</summary>
    public Request* TakeFirst()
    {
        var r = First;
        First = r->Next;
        if (First == null)
        {
            _last = null;
        }

        EventBytes -= BytesOf(r);
        return r;
    }

    /// <summary>Takes events off the front of the run that is the oldest; with its last it leaves the list.</summary>
    public void Shorten(int events)
    {
        if (events == NopRun.Of(First)->Count)
        {
            _ = TakeFirst();
        }
        else
        {
            EventBytes -= (ulong)events * First->EventBytes;
        }
    }

    /// <summary>Puts a chain back before the oldest, in its order.</summary>
    public void PutBack(Request* first, Request* last, ulong eventBytes)
    {
        last->Next = First;
        if (First == null)
        {
            _last = last;
        }

        First = first;
        EventBytes += eventBytes;
    }
}
