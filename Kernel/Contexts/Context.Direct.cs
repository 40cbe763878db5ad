using AioV2.Kernel.Engines.Direct;
using AioV2.Kernel.Requests;

namespace AioV2.Kernel.Contexts;

/// <remarks>O_DIRECT reads by the short way, where the engine has one: a lane of the context's own from the first such read on.</remarks>
internal sealed unsafe partial class Context
{
    private DirectLane? _lane;
    private bool _laneIsChosen;

    /// <summary>The context's lane, or null.</summary>
    public DirectLane? Lane => Volatile.Read(ref _lane);

    /// <summary>Waiters that sleep, or are about to.</summary>
    public int Sleepers => _waiters.Count;

    // Not before the first read (DESTROY-2), and then for good.
    private DirectLane? LaneForReads()
    {
        if (!Volatile.Read(ref _laneIsChosen))
        {
            using (_lock.EnterScope())
            {
                if (!_laneIsChosen)
                {
                    Volatile.Write(ref _lane, _isDeferred ? null : Kernel.Engine.Lanes?.TryTake());
                    Volatile.Write(ref _laneIsChosen, true);
                }
            }
        }

        return _lane;
    }

    private bool GoesByLane(Request* r) => _caller is null && DirectLane.IsFor(r) && LaneForReads() is not null;

    // A waiter that is to sleep sleeps on the lane, too, if something is in flight there and nobody else does.
    private bool MayAttend(Waiter* waiter) => !waiter->Attends && waiter->ReadyFd < 0 && Volatile.Read(ref _lane) is { IsBusy: true };

    // Not under the lock: what has ended is passed on. It must then look again before it sleeps.
    private void Attend(Waiter* waiter)
    {
        if (!waiter->HasBell && waiter->EventFd < 0)
        {
            var bell = TakeBell();
            if (bell < 0)
            {
                return;
            }

            waiter->EventFd = bell;
            waiter->HasBell = true;
        }

        if (_lane!.TryAttend())
        {
            waiter->Attends = true;
            waiter->ReadyFd = _lane.EventFd;
        }
    }

    // It does not sleep, so that somebody else has to listen.
    private void LeaveLane(Waiter* waiter)
    {
        if (waiter->Attends)
        {
            waiter->Attends = false;
            waiter->ReadyFd = -1;
            _lane!.Leave();
        }
    }

    // The call is over.
    private void Unseat(Waiter* waiter)
    {
        LeaveLane(waiter);
        if (waiter->HasBell)
        {
            ReturnBell(waiter->EventFd);
        }
    }

    private void FreeLane()
    {
        if (_lane is { } lane)
        {
            Kernel.Engine.Lanes!.Return(lane);
        }
    }
}
