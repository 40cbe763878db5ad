namespace AioV2.Kernel.Requests;

/// <summary>What was accepted and is not delivered, in the order of submission: for destroy, cancel and list.</summary>
/// <remarks>All members run under the context's lock. Where nobody walks, walks cost one comparison at each removal.</remarks>
internal unsafe struct OutstandingList
{
    public Request* Oldest;
    public Request* Newest;

    private OutstandingWalk* _walks;

    public void Add(Request* r)
    {
        r->OlderOutstanding = Newest;
        r->NewerOutstanding = null;
        if (Newest == null)
        {
            Oldest = r;
        }
        else
        {
            Newest->NewerOutstanding = r;
        }

        Newest = r;
    }

    public void Remove(Request* r)
    {
        if (r->OlderOutstanding == null)
        {
            Oldest = r->NewerOutstanding;
        }
        else
        {
            r->OlderOutstanding->NewerOutstanding = r->NewerOutstanding;
        }

        if (r->NewerOutstanding == null)
        {
            Newest = r->OlderOutstanding;
        }
        else
        {
            r->NewerOutstanding->OlderOutstanding = r->OlderOutstanding;
        }

        if (_walks != null)
        {
            PushOn(r);
        }
    }

    /// <summary>Starts a walk at the oldest.</summary>
    public void Begin(OutstandingWalk* walk)
    {
        walk->Next = Oldest;
        walk->Other = _walks;
        _walks = walk;
    }

    /// <summary>Ends a walk.</summary>
    public void End(OutstandingWalk* walk)
    {
        if (_walks == walk)
        {
            _walks = walk->Other;
            return;
        }

        var before = _walks;
        while (before->Other != walk)
        {
            before = before->Other;
        }

        before->Other = walk->Other;
    }

    private readonly void PushOn(Request* leaving)
    {
        for (var walk = _walks; walk != null; walk = walk->Other)
        {
            if (walk->Next == leaving)
            {
                walk->Next = leaving->NewerOutstanding;
            }
        }
    }
}
