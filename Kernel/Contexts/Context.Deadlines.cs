using AioV2.Abi;
using AioV2.Kernel.Requests;

namespace AioV2.Kernel.Contexts;

/// <remarks>A request's deadline leaves the heap with the request, when it leaves the outstanding list, or when it is due,
/// whichever is first. So a due request is always alive, and is told once.</remarks>
internal sealed unsafe partial class Context
{
    private const int DueAtOnce = 256;

    private DeadlineHeap _deadlines;
    private bool _isTimed;

    /// <summary>The earliest deadline, CLOCK_MONOTONIC ns, or <see cref="DeadlineHeap.Never"/>.</summary>
    public long NextDeadline
    {
        get
        {
            using (_lock.EnterScope())
            {
                return _deadlines.Earliest;
            }
        }
    }

    /// <summary>Gives an outstanding request a deadline: 0, or <c>-ENOMEM</c>.</summary>
    public int Arm(Request* r, long at)
    {
        bool isAdded, isFirst, isTimed;
        using (_lock.EnterScope())
        {
            isAdded = _deadlines.TryAdd(r, at);
            isFirst = _deadlines.Earliest == at;
            isTimed = _isTimed;
            _isTimed = true;
        }

        if (!isTimed)
        {
            Kernel.Deadlines.Add(this);
        }

        if (isFirst)
        {
            Kernel.Deadlines.Expect(at);
        }

        return isAdded ? 0 : -Errno.ENOMEM;
    }

    /// <summary>Tells the requests whose deadline has passed to cancel, with <c>-ETIME</c>. The caller is inside.</summary>
    /// <returns>The next deadline, or <see cref="DeadlineHeap.Never"/>.</returns>
    public long Expire(long now)
    {
        long next;
        while (!ExpireSome(now, out next))
        {
            Kernel.Engine.EndCancelled();
        }

        Kernel.Engine.EndCancelled();
        return next;
    }

    // True, if no more are due.
    private bool ExpireSome(long now, out long next)
    {
        using (_lock.EnterScope())
        {
            for (var i = 0; i < DueAtOnce; i++)
            {
                var r = _deadlines.TakeDue(now);
                if (r == null)
                {
                    next = _deadlines.Earliest;
                    return true;
                }

                _ = CancelLocked(r, Errno.ETIME);
            }
        }

        next = now;
        return false;
    }
}
