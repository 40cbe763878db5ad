using AioV2.Abi;
using AioV2.Kernel.Linux;
using AioV2.Kernel.Requests;

namespace AioV2.Kernel.Engines.Simulated;

/// <remarks>One step: choose a request under the lock, run one attempt of it without, put it back or end it.</remarks>
internal sealed unsafe partial class SimulatedEngine
{
    /// <summary>Attempts that are interrupted or cut short at most; the next one runs to the end, so that every request ends.</summary>
    private const uint FaultsMax = 16;

    /// <summary>Makes one step: false, if nothing can be done now.</summary>
    public bool Step()
    {
        lock (_stepping)
        {
            if (!TryChoose(out var number, out var chosen, out var step))
            {
                return false;
            }

            var r = (Request*)chosen.Request;
            if (chosen.Attempt == 0)
            {
                RequestHooks.NoteIssue(r);
                RequestHooks.AtIssue(r, r->File->Fd);
            }

            var ended = Run(r, ref step, out var result);
            lock (_lock)
            {
                Note(step);
                _inStep = 0;
                if (!ended && _inStepIsCancelled)
                {
                    ended = true;
                    result = CancelledResult(r);
                }
                else if (!ended)
                {
                    PutBack(number, chosen, step.Action);
                }
            }

            if (ended)
            {
                var batch = default(CompletionBatch);
                batch.End(r, result);
                batch.Flush();
            }

            return true;
        }
    }

    private void Note(in SimulationStep step)
    {
        if (_log.Count < _options.LogMax)
        {
            _log.Add(step);
        }
        else
        {
            _logIsComplete = false;
        }
    }

    private void PutBack(ulong number, in Waiting chosen, SimulationAction action)
    {
        var next = chosen with { Attempt = chosen.Attempt + 1 };
        if (action == SimulationAction.Blocked)
        {
            _waiting[number] = next with { Place = Place.Blocked };
            _blocked.Add((Request*)chosen.Request);
            _isBlockedNew = true;
        }
        else
        {
            Schedule(number, next);
        }
    }

    private bool TryChoose(out ulong number, out Waiting chosen, out SimulationStep step)
    {
        lock (_lock)
        {
            WakeBlocked();
            while (_options.Replay is { } log && _replayed < log.Steps.Count)
            {
                step = log.Steps[_replayed];
                number = step.Request;
                if (_waiting.TryGetValue(number, out chosen) && !_heldBack.Contains(UserData(chosen)) && IsRipe(chosen, step.Action))
                {
                    _replayed++;
                    Take(number, step.Action);
                    Volatile.Write(ref _elapsed, Math.Max(_elapsed, step.Time));
                    return true;
                }

                if (number > _submitted || _waiting.ContainsKey(number))
                {
                    // Its turn, but it has not come yet, or its stream is not ready as it was then.
                    return false;
                }

                // It was cancelled.
                _replayed++;
            }

            return TryChooseBySeed(out number, out chosen, out step);
        }
    }

    private bool TryChooseBySeed(out ulong number, out Waiting chosen, out SimulationStep step)
    {
        while (_schedule.TryDequeue(out number, out var place))
        {
            if (!_waiting.TryGetValue(number, out chosen) || chosen.Place != Place.Scheduled)
            {
                continue;
            }

            if (_heldBack.Contains(UserData(chosen)))
            {
                _waiting[number] = chosen with { Place = Place.Held };
                continue;
            }

            Volatile.Write(ref _elapsed, Math.Max(_elapsed, place.Due));
            step = Plan(number, chosen);
            Take(number, step.Action);
            return true;
        }

        chosen = default;
        step = default;
        return false;
    }

    // From here on the request is beyond cancelling, unless the step leaves it unfinished.
    private void Take(ulong number, SimulationAction action)
    {
        _ = Leave(number);
        _inStep = number;
        _inStepMayGoOn = action is SimulationAction.Eintr or SimulationAction.Short;
        _inStepIsCancelled = false;
    }

    // Streams that have become ready are scheduled again.
    private void WakeBlocked()
    {
        var woken = default(RequestLine);
        _blocked.TakeReady(ref woken);
        while (woken.First != null)
        {
            var r = woken.First;
            woken.Remove(r);
            Schedule(r->EngineWord, _waiting[r->EngineWord]);
        }
    }

    private static bool IsRipe(in Waiting waiting, SimulationAction action) =>
        waiting.Place != Place.Blocked || action == SimulationAction.Blocked;

    private SimulationStep Plan(ulong number, in Waiting waiting)
    {
        var r = (Request*)waiting.Request;
        var draw = new SeededDraw(_options.Seed, number, waiting.Attempt * 2);
        var isWrite = r->Opcode is Aio2Op.Pwrite or Aio2Op.Pwritev;
        var mayGoOn = waiting.Attempt < FaultsMax;
        var left = LeftInSegment(r);
        var action = SimulationAction.Run;
        var bytes = 0ul;

        // Drawn in a fixed order, whatever the rates are.
        var eio = draw.Happens(_options.InputOutputErrors);
        var enospc = draw.Happens(_options.NoSpace) && isWrite && (r->Traits & RequestTraits.Seekable) != 0;
        var eintr = draw.Happens(_options.Interruptions) && mayGoOn;
        var cut = draw.Happens(_options.ShortTransfers) && mayGoOn && left > 1 && (r->Traits & RequestTraits.Direct) == 0;
        if (eio)
        {
            action = SimulationAction.Eio;
        }
        else if (enospc)
        {
            action = SimulationAction.Enospc;
        }
        else if (eintr)
        {
            action = SimulationAction.Eintr;
        }
        else if (cut)
        {
            action = SimulationAction.Short;
            bytes = 1 + draw.Below(left - 1);
        }

        return new SimulationStep(number, action, bytes, _elapsed);
    }

    // One attempt: true, if it decided the result.
    private static bool Run(Request* r, ref SimulationStep step, out long result)
    {
        result = 0;
        switch (step.Action)
        {
            case SimulationAction.Eio or SimulationAction.Enospc:
                var error = step.Action == SimulationAction.Eio ? -Errno.EIO : -Errno.ENOSPC;
                result = r->Transferred != 0 ? (long)r->Transferred : error;
                return true;
            case SimulationAction.Eintr:
                r->Retried++;
                return false;
            case SimulationAction.Blocked:
                return false;
        }

        var waits = (r->Traits & RequestTraits.Pollable) != 0
            && !Transfer.IsSingleAttempt(r)
            && r->Opcode is not (Aio2Op.Fsync or Aio2Op.Fdsync);
        var fd = r->File->Fd;
        if (waits && !IsReady(r, fd))
        {
            step = step with { Action = SimulationAction.Blocked, Bytes = 0 };
            return false;
        }

        var cut = step.Action == SimulationAction.Short ? step.Bytes : ulong.MaxValue;
        if (waits || cut != ulong.MaxValue)
        {
            return RunOnce(r, fd, cut, waits, ref step, out result);
        }

        result = r->Transferred != 0 && r->Transferred == r->DataBytes ? (long)r->Transferred : Transfer.Run(r, fd);
        return true;
    }

    // One call, on a stream or cut short.
    private static bool RunOnce(Request* r, int fd, ulong cut, bool waits, ref SimulationStep step, out long result)
    {
        var moved = Attempt(r, fd, cut, waits ? Libc.RWF_NOWAIT : 0);
        if (moved == -Errno.EOPNOTSUPP && waits)
        {
            // Files that take no RWF_NOWAIT were found ready.
            moved = Attempt(r, fd, cut, 0);
        }

        if (moved == -Errno.EAGAIN && waits)
        {
            step = step with { Action = SimulationAction.Blocked, Bytes = 0 };
            result = 0;
            return false;
        }

        r->Transferred += (ulong)Math.Max(moved, 0);
        result = r->Transferred != 0 ? (long)r->Transferred : moved;
        var goesOn = moved > 0 && (r->Traits & RequestTraits.Seekable) != 0 && !Transfer.IsSingleAttempt(r) && r->Transferred < r->DataBytes;
        r->Continued += goesOn ? (ushort)1 : (ushort)0;
        return !goesOn;
    }

    private static nint Attempt(Request* r, int fd, ulong cut, int flags)
    {
        if (cut == ulong.MaxValue)
        {
            return Transfer.Attempt(r, fd, flags);
        }

        var segment = SegmentAt(r);
        segment.Bytes = (nuint)Math.Min(segment.Bytes, cut);
        var offset = r->Offset < 0 ? -1 : r->Offset + (long)r->Transferred;
        return r->Opcode is Aio2Op.Pread or Aio2Op.Preadv
            ? Libc.Preadv2(fd, &segment, 1, offset, (int)r->RwFlags | flags)
            : Libc.Pwritev2(fd, &segment, 1, offset, (int)r->RwFlags | flags);
    }

    private static bool IsReady(Request* r, int fd)
    {
        var source = new Pollfd { Fd = fd, Events = BlockedRequests.EventsOf(r) };
        return r->DataBytes == 0 || Libc.Poll(&source, 1, 0) != 0;
    }

    private static ulong LeftInSegment(Request* r) =>
        r->SegmentCount == 0 || r->Transferred >= r->DataBytes || r->Opcode is Aio2Op.Fsync or Aio2Op.Fdsync ? 0 : SegmentAt(r).Bytes;

    // What is left of the segment in which the transfer stands.
    private static Iovec SegmentAt(Request* r)
    {
        var segment = Request.Segments(r);
        var skip = r->Transferred;
        while (skip >= segment->Bytes)
        {
            skip -= segment->Bytes;
            segment++;
        }

        return new Iovec { Base = segment->Base + (nuint)skip, Bytes = segment->Bytes - (nuint)skip };
    }
}
