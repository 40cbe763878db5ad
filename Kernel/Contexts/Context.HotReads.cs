using AioV2.Abi;
using AioV2.Kernel.Attributes;
using AioV2.Kernel.Engines;
using AioV2.Kernel.Linux;
using AioV2.Kernel.Requests;
using AioV2.Kernel.Submission;

namespace AioV2.Kernel.Contexts;

/// <remarks>A PREAD whose data the page cache holds ends inside the call (<see cref="HotFile"/>), if it asks for nothing, or if it is one
/// of several that ask for the same (<see cref="HotShape"/>). Such reads at the front of a run are judged by a few comparisons, made, and
/// their events written where they stand in the ring: there is no block of memory for each, which the copied data would push out of
/// the first cache between one step and the next. Only an event that goes to the list has one. The first read that cannot end so is
/// left to the long way, and with it all behind it.</remarks>
internal sealed unsafe partial class Context
{
    // The bytes of those that have ended.
    private int EndHotReads(in RecordValidator validator, int at, ref DescriptorTable descriptors, ref HotMiss miss)
    {
        var file = default(HotFile);
        if (_trace is not null || _caller is not null || !Kernel.Engine.EndsReadsInline
            || !HotShape.TryLearn(validator, at, ref file, ref descriptors, out var shape))
        {
            return 0;
        }

        // A request for which there is no slot must leave its buffer alone. None is taken yet: what is refused in the end would have
        // kept it from others (RING-9). Where others take the last ones meanwhile, the long way says so.
        var records = validator.Record(at);
        var most = shape.CountAlike(records, validator.Bytes - at, ChunkRecords);
        var slots = (int)Math.Min(most, Volatile.Read(ref _freeSlots));
        var results = stackalloc long[slots];

        // One reading of the clock for each: a read begins when the one before it has ended. An engine that ends reads inline has no
        // clock of its own.
        var times = stackalloc long[shape.IsTimed ? slots + 1 : 0];
        var stamps = shape.IsTimed ? times : null;
        var read = file.Read(records, shape.IocbBytes, slots, ref descriptors, results, stamps);
        if (read < slots)
        {
            miss = HotMiss.Of(at + (read * shape.IocbBytes), results[read]);
        }

        return read == 0 ? 0 : PostReads(records, shape, results, stamps, read) * shape.IocbBytes;
    }

    // A completion pass like any other (RING-7): how many reads have ended, as far as there are slots and, for events that find no
    // room in the ring, memory. Of one whose event has a place its slot is taken and given back in one step (RING-9).
    private int PostReads(byte* records, in HotShape shape, long* results, long* stamps, int read)
    {
        _lock.Enter();
        Drain();
        var isFit = shape.EventBytes <= MaxEventBytes;
        var posted = !isFit || _freeSlots == 0 || _dying || !_list.IsEmpty || _moving || IsDirect ? 0
            : shape.IsPlain ? PutPlain((Iocb2*)records, results, read)
            : PutReads(records, shape, results, stamps, read);
        _nextId += (ulong)posted;
        var ended = posted;
        while (isFit && ended < read && TryList(records, shape, results, stamps, ended))
        {
            ended++;
        }

        Waiter* roused = null;
        EventFdSignal? signal = null;
        if (ended != 0)
        {
            PublishPosted((uint)(ended - posted));
            roused = WakeReady();
            signal = SignalOfPass();
        }

        _lock.Exit();
        AfterPass(signal, roused);
        return ended;
    }

    // Their events, unpublished, as far as there is room in the ring.
    private int PutReads(byte* records, in HotShape shape, long* results, long* stamps, int read)
    {
        var posted = 0;
        for (int run; posted < read && (run = ReserveEvents(shape.EventBytes, read - posted, out var place)) != 0; posted += run)
        {
            shape.Write(place, records + (posted * shape.IocbBytes), results + posted, shape.IsTimed ? stamps + posted : null, run);
        }

        return posted;
    }

    // A read whose event goes to the list: there it needs a block, and its slot. Its attributes' work is done.
    private bool TryList(byte* records, in HotShape shape, long* results, long* stamps, int read)
    {
        var record = records + (read * shape.IocbBytes);
        var plan = new RecordPlan
        {
            IocbBytes = shape.IocbBytes,
            EventBytes = shape.EventBytes,
            Descriptor = -1,
            Segments = 1,
            DataBytes = ((Iocb2*)record)->Len,
        };
        if (TryAdmit(record, plan, default, out var r) != 0)
        {
            return false;
        }

        _outstanding.Add(r);
        r->Res = results[read];
        RequestHooks.AtComplete(r);
        if (!shape.IsPlain)
        {
            shape.Write((byte*)Request.Event(r), record, results + read, shape.IsTimed ? stamps + read : null, 1);
        }

        _ = Post(r);
        return true;
    }
}
