namespace AioV2.Kernel.Requests;

/// <summary>What was accepted and has not completed, in the order of submission: for destroy, cancel and list.</summary>
internal unsafe struct OutstandingList
{
    public Request* Oldest;
    public Request* Newest;

    /// <summary>How many there are.</summary>
    public long Count;

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
        Count++;
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

        Count--;
    }
}
