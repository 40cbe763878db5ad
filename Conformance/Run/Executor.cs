using System.Diagnostics;
using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Abi.Calls;
using AioV2.Conformance.Calls;
using AioV2.Conformance.Journal;
using AioV2.Conformance.World;

namespace AioV2.Conformance.Run;

/// <summary>Makes the calls of a sequence in the child and journals each: where it is before, what came after.</summary>
public sealed unsafe class Executor(IAio2 aio, TestWorld world, JournalFile journal, AnswerWriter answers)
{
    /// <summary>The longest that a drain waits for what is owed, ns.</summary>
    public const long DrainLimitNs = 8_000_000_000;

    /// <summary>The longest that a drain waits after one of the same context waited in vain, ns.</summary>
    public const long StarvedLimitNs = 20_000_000;

    /// <summary>Step number of the destroys that end a sequence: this plus the slot.</summary>
    public const int FinalDestroy = 1 << 20;

    /// <summary>Whether a drain of this sequence waited in vain: the judge should look before time is spent on the next.</summary>
    public bool Starved { get; private set; }

    private readonly int _self = Libc.GetPid();

    // Found beforehand: a copy has one thread and may not load anything.
    private readonly delegate* unmanaged<int, void> _exit = Libc.Find("_exit");

    // One more than there are contexts: an id that was never given has a slot of its own, and never a ring.
    private readonly ContextSlot[] _slots = new ContextSlot[Step.Slots + 1];
    private int _sequence;
    private int _step;

    /// <summary>Runs one sequence, then destroys what it left.</summary>
    public void Run(int sequence, IReadOnlyList<Step> steps)
    {
        (_sequence, journal.Sequence) = (sequence, sequence);
        world.Reset();
        Starved = false;
        Array.Clear(_slots);
        for (int i = 0; i < steps.Count; i++)
        {
            (_step, journal.StepIndex) = (i, i);
            Make(steps[i]);
        }

        for (byte slot = 0; slot < Step.Slots; slot++)
        {
            (_step, journal.StepIndex) = (FinalDestroy + slot, FinalDestroy + slot);
            if (_slots[slot].Id != 0)
            {
                Destroy(slot);
            }
        }
    }

    private void Make(Step step)
    {
        switch (step)
        {
            case SetupStep s: Setup(s); break;
            case DestroyStep s: Destroy(s.Slot); break;
            case SubmitStep s: Submit(s); break;
            case GetStep s: Get(s); break;
            case DrainStep s: Drain(s); break;
            case ReapStep s: Reap(s.Slot, s.Max); break;
            case PokeStep s: s.Bytes.CopyTo(new Span<byte>((byte*)WorldLayout.Meta + s.At, s.Bytes.Length)); User(); break;
            case FeedStep s: world.Feed(s.Pipe, s.Count); User(); break;
            case ProbeStep s: Probe(s); break;
            case CtlStep s: Call(s.Slot, () => aio.RingCtl(IdOf(s.Slot), s.Op, s.Arg)); break;
            case CancelStep s: Call(s.Slot, () => aio.Cancel(IdOf(s.Slot), s.UserData, s.Flags)); break;
            default: throw new InvalidOperationException($"no executor for {step.GetType().Name}");
        }
    }

    private void Setup(SetupStep s)
    {
        byte* at = Place(s.At, WorldLayout.Params, WorldLayout.ParamsBytes, s.Params);
        Enter();
        long result = aio.Setup(s.Version, s.Flags, (Aio2Params*)at, s.Size);
        long elapsed = Leave();
        var outputs = s.At == Pointer.Good ? new ReadOnlySpan<byte>(at, s.Params.Length) : default;
        if (result == 0 && s.At == Pointer.Good && (s.Flags & Aio2Setup.Probe) == 0 && s.Params.Length >= Aio2Params.SizeOf)
        {
            Free(s.Slot);
            _slots[s.Slot] = ContextSlot.From(*(Aio2Params*)at, s.Flags);
        }

        Note(AnswerKind.Call, s.Slot, result, elapsed, outputs);
    }

    private void Destroy(byte slot)
    {
        Enter();
        long result = aio.Destroy(IdOf(slot));
        long elapsed = Leave();
        Note(AnswerKind.Call, slot, result, elapsed, default);
        if (result == 0 && slot < Step.Slots)
        {
            Free(slot);
        }
    }

    private void Submit(SubmitStep s)
    {
        byte* ext = (byte*)Address(s.Ext, WorldLayout.Ext + WorldLayout.PageBytes - ExtRoom(s.ExtSize));
        if (s.Ext == Pointer.Good)
        {
            NativeMemory.Fill(ext, ExtRoom(s.ExtSize), 0xee);
            *(uint*)ext = s.ExtSize;
        }

        byte* iocbs = (byte*)Address(s.At, WorldLayout.Iocbs + WorldLayout.IocbsBytes - (uint)s.Iocbs.Length - s.Misalign);
        if (s.At == Pointer.Good)
        {
            s.Iocbs.CopyTo(new Span<byte>(iocbs, s.Iocbs.Length));
        }

        world.Touch(s.Iocbs);
        Enter();
        long result = aio.Submit(IdOf(s.Slot), iocbs, (nuint)s.Iocbs.Length, (Aio2Extack*)ext);
        long elapsed = Leave();
        Note(AnswerKind.Call, s.Slot, result, elapsed, s.Ext == Pointer.Good ? new ReadOnlySpan<byte>(ext, (int)ExtRoom(s.ExtSize)) : default);
    }

    private void Get(GetStep s)
    {
        byte* events = (byte*)Address(s.At, WorldLayout.Events + WorldLayout.EventsBytes - Math.Min(s.Good, WorldLayout.EventsBytes));
        byte* wait = s.Wait is null ? null : Place(s.WaitAt, WorldLayout.Wait, WorldLayout.PageBytes, s.Wait);
        GetInto(AnswerKind.Call, s.Slot, events, s.Bytes, s.MinBytes, (Aio2Wait*)wait, s.Flags);
    }

    private long GetInto(AnswerKind kind, byte slot, byte* events, uint bytes, uint min, Aio2Wait* wait, uint flags)
    {
        Enter();
        long result = aio.GetEvents(IdOf(slot), events, bytes, min, wait, flags);
        long elapsed = Leave();
        int taken = result > 0 && result <= WorldLayout.EventsBytes ? (int)result : 0;
        // Where the answer claims more than could be written there is nothing to read, and the judge says so.
        taken = (int)Math.Min((ulong)taken, WorldLayout.Room((ulong)events, write: true));
        var outputs = new ReadOnlySpan<byte>(events, taken);
        Note(kind, slot, result, elapsed, outputs, bytes, min);
        Count(slot, outputs);
        return result;
    }

    private void Drain(DrainStep s)
    {
        ref ContextSlot slot = ref Slot(s.Slot);
        long start = Stopwatch.GetTimestamp();
        long result = 0;
        long limit = slot.Starved ? StarvedLimitNs : DrainLimitNs;
        int barren = 0;
        while (slot.Finals < s.Owed && Elapsed(start) < limit)
        {
            if (s.ThroughRing && slot.Ring.Exists)
            {
                if (Reap(s.Slot, ushort.MaxValue) > 0)
                {
                    continue;
                }

                if (slot.Ring.Flags == 0)
                {
                    // This loop is the user's, not a call: it does not hang.
                    journal.Progress++;
                    Thread.Yield();
                    continue;
                }
            }

            var wait = (Aio2Wait*)(WorldLayout.Wait + WorldLayout.PageBytes - Aio2Wait.SizeOf);
            *wait = new Aio2Wait { Size = Aio2Wait.SizeOf, Sec = limit / 1_000_000_000, Nsec = limit % 1_000_000_000 };
            byte* events = (byte*)WorldLayout.Events;
            long finals = slot.Finals;
            uint min = (uint)Math.Min(WorldLayout.EventsBytes - 4096, (s.Owed - finals) * IoEvent2.SizeOf);
            result = GetInto(AnswerKind.DrainGet, s.Slot, events, WorldLayout.EventsBytes, min, wait, 0);
            if (result <= 0)
            {
                break;
            }

            // Readings of LEVEL satisfy min_bytes at once, every time: without a pause they would fill the journal while a
            // final event takes its time.
            barren = slot.Finals == finals ? barren + 1 : 0;
            if (barren > 1)
            {
                journal.Progress++;
                Thread.Sleep(Math.Min(barren, 50));
            }
        }

        slot.Starved |= slot.Finals < s.Owed;
        Starved |= slot.Starved;
        Note(AnswerKind.DrainEnd, s.Slot, slot.Finals, Elapsed(start), default);
    }

    private int Reap(byte slotNumber, int max)
    {
        ref ContextSlot slot = ref Slot(slotNumber);
        byte* to = (byte*)WorldLayout.Events;
        int taken = 0, count = 0;
        var anomaly = RingAnomaly.None;
        if (slot.Ring.Exists)
        {
            while (count < max && taken + 4096 <= WorldLayout.EventsBytes)
            {
                int bytes = slot.Ring.TakeOne(to + taken, 4096, out anomaly);
                if (bytes == 0)
                {
                    break;
                }

                taken += bytes;
                count++;
            }
        }

        var outputs = new ReadOnlySpan<byte>(to, taken);
        if (count > 0 || anomaly != RingAnomaly.None || max != ushort.MaxValue)
        {
            journal.Progress++;
            Note(AnswerKind.Reap, slotNumber, count, 0, outputs, anomaly: anomaly);
        }

        Count(slotNumber, outputs);
        return count;
    }

    private void Probe(ProbeStep s)
    {
        byte* at = (byte*)Address(s.At, WorldLayout.Events + WorldLayout.EventsBytes - s.Bytes);
        Enter();
        long result = aio.Probe(s.What, at, s.Bytes);
        long elapsed = Leave();
        int length = result > 0 && result <= s.Bytes && s.At == Pointer.Good ? (int)result : 0;
        Note(AnswerKind.Call, Step.NoSuch, result, elapsed, new ReadOnlySpan<byte>(at, length));
    }

    private void Call(byte slot, Func<long> call)
    {
        Enter();
        long result = call();
        Note(AnswerKind.Call, slot, result, Leave(), default);
    }

    private void Count(byte slot, ReadOnlySpan<byte> events)
    {
        for (int at = 0; at + IoEvent2.SizeOf <= events.Length;)
        {
            var e = MemoryMarshal.Read<IoEvent2>(events[at..]);
            if ((e.Flags & (Aio2EventFlags.More | Aio2EventFlags.Level)) == 0)
            {
                Slot(slot).Finals++;
            }

            at += (int)Math.Max(e.Bytes, IoEvent2.SizeOf);
        }
    }

    private static uint ExtRoom(uint size) => Math.Clamp(size, 4, WorldLayout.PageBytes);

    private static byte* Place(Pointer pointer, ulong area, int areaBytes, byte[] bytes)
    {
        byte* at = (byte*)Address(pointer, area + (ulong)areaBytes - (ulong)bytes.Length);
        if (pointer == Pointer.Good)
        {
            bytes.CopyTo(new Span<byte>(at, bytes.Length));
        }

        return at;
    }

    private static ulong Address(Pointer pointer, ulong good) => pointer switch
    {
        Pointer.Good => good,
        Pointer.Null => 0,
        Pointer.Guard => WorldLayout.Guard,
        Pointer.NonCanonical => WorldLayout.NonCanonical,
        _ => WorldLayout.ReadOnlyPage,
    };

    private ref ContextSlot Slot(byte slot) => ref _slots[Math.Min((int)slot, Step.Slots)];

    private uint IdOf(byte slot)
    {
        uint id = 0x7ffffff0;
        if (slot < Step.Slots)
        {
            // A destroyed context's id stays in its slot, so that calls on it can be made.
            return _slots[slot].LastId != 0 ? _slots[slot].LastId : id;
        }

        return id;
    }

    private void Free(byte slot)
    {
        _slots[slot].Unmap();
        _slots[slot].Id = 0;
    }

    private static long Elapsed(long start) => (long)((Stopwatch.GetTimestamp() - start) * (1e9 / Stopwatch.Frequency));

    private long _entered;

    private void Enter()
    {
        journal.Progress++;
        journal.Calls++;
        journal.InCall = 1;
        _entered = Stopwatch.GetTimestamp();
    }

    private long Leave()
    {
        long elapsed = Elapsed(_entered);
        journal.InCall = 0;
        if (Libc.GetPid() != _self)
        {
            // A call that forked came back twice; the copy must not answer for the child.
            journal.Forked = 1;
            _exit(ChildExit.ForkedCopy);
        }

        return elapsed;
    }

    private void User() => Note(AnswerKind.User, Step.NoSuch, 0, 0, default);

    private void Note(AnswerKind kind, byte slot, long result, long elapsed, ReadOnlySpan<byte> outputs, uint bytes = 0, uint min = 0, RingAnomaly anomaly = default)
    {
        var head = new AnswerHead
        {
            Sequence = _sequence, Step = _step, Kind = kind, Anomaly = anomaly, Result = result, ElapsedNs = elapsed, Time = Stopwatch.GetTimestamp() - elapsed,
            BytesGiven = bytes, MinBytes = min,
        };
        if (slot < Step.Slots && _slots[slot].Ring.Exists)
        {
            var ring = _slots[slot].Ring;
            (head.HasRing, head.Head, head.RingFlags, head.Tail) = (1, ring.Head, ring.Flags, ring.Tail);
        }

        answers.Add(head, outputs);
    }
}
