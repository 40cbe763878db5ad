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
        EventBytes += r->EventBytes;
    }

    /// <summary>Takes the oldest; the list must not be empty.</summary>
    public Request* TakeFirst()
    {
        var r = First;
        First = r->Next;
        if (First == null)
        {
            _last = null;
        }

        EventBytes -= r->EventBytes;
        return r;
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
