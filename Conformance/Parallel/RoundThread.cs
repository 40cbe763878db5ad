using AioV2.Abi;
using AioV2.Abi.Calls;
using AioV2.Conformance.Calls;
using AioV2.Conformance.Journal;
using AioV2.Conformance.World;

namespace AioV2.Conformance.Parallel;

/// <summary>One thread of a round: makes its operations and records them.</summary>
internal sealed unsafe class RoundThread(int number, IAio2 aio, RoundPlan plan, RoundContext[] contexts, ThreadLog log)
{
    /// <summary>The result recorded where the ring's memory shows what no ring may: less the anomaly.</summary>
    public const long Anomalous = -100_000;

    private const int EventRoom = 16384;
    private const int IocbRoom = 65536;
    private const int MetaRoom = 8192;

    private readonly byte* _events = (byte*)WorldLayout.Events + (number * EventRoom);
    private readonly byte* _iocbs = (byte*)WorldLayout.Iocbs + (number * IocbRoom);
    private readonly Aio2RingInfo* _info = (Aio2RingInfo*)((byte*)WorldLayout.Meta + (number * MetaRoom));
    private readonly Aio2Wait* _wait = (Aio2Wait*)(WorldLayout.Wait + (ulong)(number * 64));
    private readonly RingView[] _views = [.. contexts.Select(c => c.First)];

    /// <summary>Does one action, and what its answer asks for by the ring's protocol.</summary>
    public void Do(RoundAction action)
    {
        Thread.SpinWait(action.Spins);
        switch (action.Kind)
        {
            case OperationKind.Submit: Submit(action.Context, action.A, action.B); break;
            case OperationKind.Get: Get(action.Context, action.A, action.B, action.WaitNs); break;
            case OperationKind.Reap: Reap(action.Context, action.A); break;
            case OperationKind.Look: Look(action.Context, _views[action.Context]); break;
            case OperationKind.Cancel: Cancel(action.Context, action.A); break;
            case OperationKind.Feed: Feed(action.Context, action.A); break;
            case OperationKind.Resize: Resize(action.Context, action.A); break;
            case OperationKind.Release: Call(OperationKind.Release, action.Context, aio.RingCtl, Aio2Ctl.Release); break;
            case OperationKind.List: List(action.Context); break;
            case OperationKind.Destroy: Destroy(action.Context); break;
            default: throw new InvalidOperationException($"no thread does {action.Kind}");
        }
    }

    /// <summary>io_getevents2; returns what it answered.</summary>
    public long Get(int context, int room, int min, long waitNs)
    {
        *_wait = new Aio2Wait { Size = Aio2Wait.SizeOf, Sec = waitNs / 1_000_000_000, Nsec = waitNs < 0 ? 0 : waitNs % 1_000_000_000 };
        log.Begin(OperationKind.Get, context, room, min, waitNs);
        long result = aio.GetEvents(contexts[context].Id, _events, (nuint)room, (nuint)min, waitNs < 0 ? null : _wait, 0);
        log.End(result);
        for (long at = 0; at + IoEvent2.SizeOf <= Math.Min(result, EventRoom) && *(uint*)(_events + at) >= IoEvent2.SizeOf; at += *(uint*)(_events + at))
        {
            log.Event(((IoEvent2*)(_events + at))->UserData, ((IoEvent2*)(_events + at))->Res, position: ((IoEvent2*)(_events + at))->Bytes);
        }

        log.Close();
        return result;
    }

    /// <summary>Writes what a request reads.</summary>
    public void Feed(int context, int request)
    {
        log.Begin(OperationKind.Feed, context, request);
        ulong bytes = 0;
        long result = Libc.Write(WorldLayout.PipeWrite + plan.Contexts[context].Pipes[request], &bytes, ContextFacts.ReadBytes);
        log.End(result);
        log.Close();
    }

    /// <summary>io_destroy2.</summary>
    public void Destroy(int context)
    {
        log.Begin(OperationKind.Destroy, context);
        log.End(aio.Destroy(contexts[context].Id));
        log.Close();
    }

    /// <summary>Reads flags and tail of a ring.</summary>
    public void Look(int context, RingView view)
    {
        log.Begin(OperationKind.Look, context);
        uint flags = view.Ring.Flags;
        ulong tail = view.Ring.Tail;
        log.End(0);
        log.Tell(flags, (long)tail, view.Generation);
        log.Close();
    }

    /// <summary>GET_RING, and looks there from now on; returns what it answered.</summary>
    public long GetRing(int context)
    {
        *_info = new Aio2RingInfo { Size = Aio2RingInfo.SizeOf };
        log.Begin(OperationKind.GetRing, context);
        long result = aio.RingCtl(contexts[context].Id, Aio2Ctl.GetRing, (ulong)_info);
        log.End(result);
        if (result == 0)
        {
            var ring = new Run.UserRing((byte*)_info->RingAddr, _info->UserOffset, _info->DataOffset, _info->RingBytes);
            _views[context] = new RingView(ring, _info->Generation);
            log.Tell(0, _info->Generation, 0);
        }

        log.Close();
        return result;
    }

    /// <summary>After destroy: writes into a pipe whose read was never answered, and looks whether somebody takes it.</summary>
    public void Afterwards(int context, int request)
    {
        int pipe = plan.Contexts[context].Pipes[request];
        ulong bytes = 0;
        log.Begin(OperationKind.Afterwards, context, request);
        Libc.Must(Libc.Write(WorldLayout.PipeWrite + pipe, &bytes, ContextFacts.ReadBytes), "write to a pipe");
        var poll = new Libc.PollFd { Fd = WorldLayout.PipeRead + pipe, Events = Libc.PollIn };
        log.End(Libc.Poll(&poll, 1, 0));
        log.Close();
    }

    /// <summary>All threads are joined and nothing more comes.</summary>
    public void Quiet(int context)
    {
        log.Begin(OperationKind.Quiet, context);
        log.End(0);
        log.Close();
    }

    private void Submit(int context, int first, int count)
    {
        var iocbs = new IocbWriter();
        var its = plan.Contexts[context];
        for (int i = first; i < first + count; i++)
        {
            int pipe = its.Pipes[i];
            iocbs.Add(new Iocb2
            {
                UserData = plan.UserDataOf(context, i),
                Opcode = pipe < 0 ? Aio2Op.Nop : Aio2Op.Pread,
                Fd = pipe < 0 ? 0 : WorldLayout.PipeRead + pipe,
                Addr = pipe < 0 ? 0 : WorldLayout.Data + (ulong)(pipe * WorldLayout.SlotBytes),
                Len = pipe < 0 ? 0ul : ContextFacts.ReadBytes,
                Offset = pipe < 0 ? 0 : -1,
            });
            for (int a = 0; a < its.Attributes; a++)
            {
                iocbs.Attribute((ushort)(0x8000 + a), 0, []);
            }
        }

        byte[] bytes = iocbs.ToArray();
        bytes.CopyTo(new Span<byte>(_iocbs, IocbRoom));
        log.Begin(OperationKind.Submit, context, first, count);
        log.End(aio.Submit(contexts[context].Id, _iocbs, (nuint)bytes.Length, null));
        log.Close();
    }

    private void Reap(int context, int most)
    {
        for (int i = 0; i < most; i++)
        {
            var view = _views[context];
            log.Begin(OperationKind.Reap, context);
            int bytes = view.Ring.TakeOne(_events, EventRoom, out var anomaly, out var sight);
            log.End(anomaly == RingAnomaly.None ? bytes : Anomalous - (int)anomaly);
            log.Tell(sight.Flags, (long)sight.Head, view.Generation);
            if (bytes > 0)
            {
                log.Event(((IoEvent2*)_events)->UserData, ((IoEvent2*)_events)->Res, sight.Head, sight.Next);
            }

            log.Close();
            if (bytes == 0 && (anomaly != RingAnomaly.None || !Follow(context, sight.Flags)))
            {
                return;
            }
        }
    }

    // What a reaper does that finds its ring empty (RING-8, RING-11); false where it stops.
    private bool Follow(int context, uint flags)
    {
        if ((flags & Aio2RingFlags.Moved) != 0)
        {
            return GetRing(context) == 0;
        }

        return (flags & Aio2RingFlags.Overflow) != 0 && Get(context, plan.Contexts[context].EventBytes, 0, 0) >= 0;
    }

    private void Cancel(int context, int request)
    {
        log.Begin(OperationKind.Cancel, context, request);
        log.End(aio.Cancel(contexts[context].Id, plan.UserDataOf(context, request), 0));
        log.Close();
    }

    private void Resize(int context, int bytes)
    {
        *_info = new Aio2RingInfo { Size = Aio2RingInfo.SizeOf, RingBytes = (uint)bytes };
        log.Begin(OperationKind.Resize, context, 0, 0, bytes);
        long result = aio.RingCtl(contexts[context].Id, Aio2Ctl.Resize, (ulong)_info);
        log.End(result);
        if (result == 0)
        {
            contexts[context].Moved(*_info);
            log.Tell((long)((Aio2Ring*)_info->RingAddr)->Start, _info->Generation, bytes);
        }

        log.Close();
    }

    private void List(int context)
    {
        ulong cursor = 0;
        log.Begin(OperationKind.List, context);
        long result = aio.List(contexts[context].Id, &cursor, _iocbs, IocbRoom);
        log.End(result);
        for (byte* at = _iocbs; at + Aio2Request.SizeOf + Iocb2.SizeOf <= _iocbs + result && ((Aio2Request*)at)->Bytes > 0; at += ((Aio2Request*)at)->Bytes)
        {
            log.Event(((Iocb2*)(at + Aio2Request.SizeOf))->UserData, ((Aio2Request*)at)->Res, ((Aio2Request*)at)->State);
        }

        log.Close();
    }

    private delegate long Ctl(uint ctx, uint op, ulong arg);

    private void Call(OperationKind kind, int context, Ctl call, uint op)
    {
        log.Begin(kind, context);
        log.End(call(contexts[context].Id, op, 0));
        log.Close();
    }
}
