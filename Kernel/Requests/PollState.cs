namespace AioV2.Kernel.Requests;

/// <summary>What a POLL keeps in its block: it moves no data, so the words from <see cref="Request.DataBytes"/> to
/// <see cref="Request.Transferred"/> are free for this.</summary>
internal unsafe struct PollState
{
    /// <summary>MULTI: the block of the event with MORE, or null.</summary>
    public Request* More;

    /// <summary>LEVEL: the context's list of sources.</summary>
    public Request* NextSource;

    /// <inheritdoc cref="NextSource"/>
    public Request* PreviousSource;

    public static PollState* Of(Request* r) => (PollState*)&r->DataBytes;
}
