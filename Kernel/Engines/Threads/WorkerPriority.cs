using AioV2.Kernel.Linux;
using AioV2.Kernel.Requests;

namespace AioV2.Kernel.Engines.Threads;

/// <summary>The I/O priority of one worker: changed before a request that wants another than the one before it.</summary>
/// <remarks>It is not set back when a request ends, but when the next one wants something else: a worker does no I/O in
/// between, and where nobody asks this is one comparison.</remarks>
internal unsafe struct WorkerPriority
{
    private ushort _current;

    /// <summary>Takes the priority of the request that the calling thread is about to run; where that is refused the request
    /// is told and runs with the priority before.</summary>
    public void Take(Request* r)
    {
        if (r->Priority == _current)
        {
            return;
        }

        if (Libc.IoprioSet(0, r->Priority) == 0)
        {
            _current = r->Priority;
        }
        else
        {
            r->Priority = Request.PriorityRefused;
        }
    }
}
