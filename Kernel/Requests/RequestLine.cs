namespace AioV2.Kernel.Requests;

/// <summary>A line of requests that an engine holds, doubly linked through <see cref="Request.Next"/> and <see cref="Request.EnginePrevious"/>.</summary>
internal unsafe struct RequestLine
{
    /// <summary>The oldest, or null.</summary>
    public Request* First;
    private Request* _last;

    /// <summary>To the end of the line.</summary>
    public void Append(Request* r)
    {
        r->Next = null;
        r->EnginePrevious = _last;
        if (_last == null)
        {
            First = r;
        }
        else
        {
            _last->Next = r;
        }

        _last = r;
    }

    /// <summary>Back to the head of the line.</summary>
    public void PutFirst(Request* r)
    {
        r->EnginePrevious = null;
        r->Next = First;
        if (First == null)
        {
            _last = r;
        }
        else
        {
            First->EnginePrevious = r;
        }

        First = r;
    }

    /// <summary>Out of the line, in which it stands.</summary>
    public void Remove(Request* r)
    {
        if (r->EnginePrevious == null)
        {
            First = r->Next;
        }
        else
        {
            r->EnginePrevious->Next = r->Next;
        }

        if (r->Next == null)
        {
            _last = r->EnginePrevious;
        }
        else
        {
            r->Next->EnginePrevious = r->EnginePrevious;
        }
    }
}
