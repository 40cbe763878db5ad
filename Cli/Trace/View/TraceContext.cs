using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Abi.Trace;

namespace AioV2.Cli.Trace.View;

/// <summary>A context's part of a trace: follows its requests from record to record.</summary>
/// <remarks>Records name requests by number, events by user_data. Which event is whose follows from RING-6: of the requests with that
/// user_data, the one that completed first.</remarks>
internal sealed class TraceContext(int index, uint id, uint ringBytes, ulong start)
{
    private readonly Dictionary<ulong, TraceRequest> _byNumber = [];
    private readonly Dictionary<ulong, List<(ulong First, ulong Count)>> _accepted = [];
    private readonly Dictionary<ulong, LinkedList<TraceRequest>> _awaited = [];
    private readonly Queue<TraceRequest> _inRing = [];
    private ulong _tail;

    /// <summary>Its number in the trace.</summary>
    public int Index { get; } = index;

    /// <summary>The id that io_setup2 gave.</summary>
    public uint Id { get; } = id;

    /// <summary>Data area of its ring; of the last, if it was moved. 0 for a private ring.</summary>
    public uint RingBytes { get; set; } = ringBytes;

    /// <summary>Requests in the order of submission.</summary>
    public List<TraceRequest> Requests { get; } = [];

    /// <summary>How ring and list stood: time, head, tail, flags, bytes on the list.</summary>
    public List<(long Time, ulong Head, ulong Tail, uint Flags, ulong List)> Samples { get; } = [];

    /// <summary>First pass: who was accepted, and with which iocb.</summary>
    public void Submitted(TraceRecord record)
    {
        if (record.Kind == Aio2TraceKind.Accept)
        {
            Accept(record);
            return;
        }

        if (!_accepted.Remove(record.Number(Aio2TraceSubmit.Thread), out var runs))
        {
            return;
        }

        var iocbs = record.Bytes(Aio2TraceSubmit.Iocbs);
        foreach (var number in runs.SelectMany(r => Numbers(r.First, r.Count)))
        {
            var bytes = iocbs.Length < Iocb2.SizeOf ? 0 : MemoryMarshal.Read<int>(iocbs.Span);
            if (bytes < Iocb2.SizeOf || bytes > iocbs.Length || !_byNumber.TryGetValue(number, out var request))
            {
                break;
            }

            request.Iocb = iocbs[..bytes];
            iocbs = iocbs[bytes..];
        }
    }

    /// <summary>Between the passes: requests wait for their events by user_data.</summary>
    public void Await()
    {
        foreach (var request in Requests)
        {
            Awaited(UserData(request)).AddLast(request);
        }
    }

    /// <summary>Second pass: what became of them.</summary>
    public void Happened(TraceRecord record)
    {
        var time = Since(record.Time);
        switch (record.Kind)
        {
            case Aio2TraceKind.Complete:
                Complete(record, time);
                break;
            case Aio2TraceKind.Ring:
                Ring(record, time);
                break;
            case Aio2TraceKind.Getevents:
                Take(record.Bytes(Aio2TraceGetevents.Events), time + (long)record.Number(Aio2TraceGetevents.Ns));
                break;
            case Aio2TraceKind.Reap:
                Take(record.Bytes(Aio2TraceReap.Events), time);
                break;
            case Aio2TraceKind.RingCtl when record.Signed(Aio2TraceRingCtl.Result) == 0 && record.Number(Aio2TraceRingCtl.Op) == Aio2Ctl.Resize:
                RingBytes = MemoryMarshal.Read<Aio2RingInfo>(record.Bytes(Aio2TraceRingCtl.Info).Span).RingBytes;
                break;
        }
    }

    private static IEnumerable<ulong> Numbers(ulong first, ulong count)
    {
        for (ulong i = 0; i < count; i++)
        {
            yield return first + i;
        }
    }

    private static ulong UserData(TraceRequest request) =>
        request.Iocb.IsEmpty ? ulong.MaxValue : MemoryMarshal.Read<Iocb2>(request.Iocb.Span).UserData;

    private long Since(ulong time) => (long)time - (long)start;

    private void Accept(TraceRecord record)
    {
        var (first, count) = (record.Number(Aio2TraceAccept.First), record.Number(Aio2TraceAccept.Count));
        var thread = record.Number(Aio2TraceAccept.Thread);
        if (!_accepted.TryGetValue(thread, out var runs))
        {
            _accepted.Add(thread, runs = []);
        }

        runs.Add((first, count));
        foreach (var number in Numbers(first, count))
        {
            var request = new TraceRequest(Index, number, Since(record.Time));
            if (_byNumber.TryAdd(number, request))
            {
                Requests.Add(request);
            }
        }
    }

    private LinkedList<TraceRequest> Awaited(ulong userData)
    {
        if (!_awaited.TryGetValue(userData, out var list))
        {
            _awaited.Add(userData, list = []);
        }

        return list;
    }

    private void Complete(TraceRecord record, long time)
    {
        var issued = record.Number(Aio2TraceComplete.Issued);
        foreach (var number in Numbers(record.Number(Aio2TraceComplete.First), record.Number(Aio2TraceComplete.Count)))
        {
            if (_byNumber.TryGetValue(number, out var request))
            {
                request.Completed = time;
                request.Issued = issued == 0 ? TraceRequest.Unknown : Since(issued);
            }
        }
    }

    private void Ring(TraceRecord record, long time)
    {
        var (head, tail) = (record.Number(Aio2TraceRing.Head), record.Number(Aio2TraceRing.Tail));
        var content = record.Bytes(Aio2TraceRing.Events);
        var position = tail - (ulong)content.Length;
        foreach (var (bytes, isFinal, e) in Events(content))
        {
            position += (ulong)bytes;
            if (isFinal && Match(e, time) is { } request)
            {
                request.InRing = time;
                request.Completed = request.Completed == TraceRequest.Unknown ? time : request.Completed;
                request.Position = position;
                _inRing.Enqueue(request);
            }
        }

        while (_inRing.TryPeek(out var oldest) && oldest.Position <= head)
        {
            _inRing.Dequeue();
            oldest.Reaped = oldest.Reaped == TraceRequest.Unknown ? time : oldest.Reaped;
        }

        _tail = tail;
        Samples.Add((time, head, _tail, (uint)record.Number(Aio2TraceRing.Flags), record.Number(Aio2TraceRing.List)));
    }

    // By the call, or where the recorder reaped. Of a shared ring the events are known by then.
    private void Take(ReadOnlyMemory<byte> events, long time)
    {
        foreach (var (_, isFinal, e) in Events(events))
        {
            if (!isFinal)
            {
                continue;
            }

            var userData = MemoryMarshal.Read<IoEvent2>(e.Span).UserData;
            var request = _inRing.FirstOrDefault(r => r.Reaped == TraceRequest.Unknown && UserData(r) == userData) ?? Match(e, time);
            if (request is not null)
            {
                request.Reaped = time;
                request.Completed = request.Completed == TraceRequest.Unknown ? time : request.Completed;
            }
        }
    }

    // Of the requests with this user_data the first that has completed; of those of which that is not told, the oldest.
    private TraceRequest? Match(ReadOnlyMemory<byte> e, long time)
    {
        var list = Awaited(MemoryMarshal.Read<IoEvent2>(e.Span).UserData);
        LinkedListNode<TraceRequest>? best = null;
        for (var node = list.First; node is not null; node = node.Next)
        {
            if (node.Value.Submit <= time && (best is null || (node.Value.Completed != TraceRequest.Unknown && (ulong)node.Value.Completed < (ulong)best.Value.Completed)))
            {
                best = node;
            }

            if (best is not null && best.Value.Completed != TraceRequest.Unknown && list.Count > 64)
            {
                // Everybody says the same: the order of submission will do.
                break;
            }
        }

        if (best is null)
        {
            return null;
        }

        list.Remove(best);
        best.Value.Event = e;
        return best.Value;
    }

    private static IEnumerable<(int Bytes, bool IsFinal, ReadOnlyMemory<byte> Event)> Events(ReadOnlyMemory<byte> content)
    {
        while (content.Length >= sizeof(ulong))
        {
            var bytes = MemoryMarshal.Read<int>(content.Span);
            var flags = MemoryMarshal.Read<ushort>(content.Span[IoEvent2.At.Flags..]);
            if (bytes < sizeof(ulong) || bytes > content.Length)
            {
                yield break;
            }

            yield return (bytes, (flags & (Aio2EventFlags.Pad | Aio2EventFlags.More | Aio2EventFlags.Level)) == 0 && bytes >= IoEvent2.SizeOf, content[..bytes]);
            content = content[bytes..];
        }
    }
}
