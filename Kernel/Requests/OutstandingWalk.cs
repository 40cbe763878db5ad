namespace AioV2.Kernel.Requests;

/// <summary>A place in the outstanding list that stays good while the lock is given up: a request that leaves the list pushes
/// those walks on that are about to come to it.</summary>
/// <remarks>It stands on the walker's stack, from <see cref="OutstandingList.Begin"/> to <see cref="OutstandingList.End"/>.</remarks>
internal unsafe struct OutstandingWalk
{
    /// <summary>The request to look at next; null at the end.</summary>
    public Request* Next;

    /// <summary>Another walk over the same list.</summary>
    public OutstandingWalk* Other;
}
