namespace AioV2.Conformance.Calls;

/// <summary>Sequences of steps as bytes: what the judge hands to the child.</summary>
public static class StepCodec
{
    private enum Kind : byte
    {
        Setup = 1, Destroy, Submit, Get, Drain, Reap, Poke, Feed, Probe, Ctl, Cancel,
    }

    /// <summary>Writes one step.</summary>
    public static void Write(BinaryWriter to, Step step)
    {
        switch (step)
        {
            case SetupStep s:
                Head(to, Kind.Setup, s.Slot);
                to.Write(s.Version); to.Write(s.Flags); Bytes(to, s.Params); to.Write(s.Size); to.Write((byte)s.At);
                break;
            case DestroyStep s:
                Head(to, Kind.Destroy, s.Slot);
                break;
            case SubmitStep s:
                Head(to, Kind.Submit, s.Slot);
                Bytes(to, s.Iocbs); to.Write((byte)s.At); to.Write(s.Misalign); to.Write((byte)s.Ext); to.Write(s.ExtSize);
                break;
            case GetStep s:
                Head(to, Kind.Get, s.Slot);
                to.Write(s.Bytes); to.Write(s.MinBytes); to.Write(s.Wait is not null); Bytes(to, s.Wait ?? []);
                to.Write(s.Good); to.Write((byte)s.At); to.Write((byte)s.WaitAt); to.Write(s.Flags);
                break;
            case DrainStep s:
                Head(to, Kind.Drain, s.Slot);
                to.Write(s.ThroughRing); to.Write(s.Owed);
                break;
            case ReapStep s:
                Head(to, Kind.Reap, s.Slot);
                to.Write(s.Max);
                break;
            case PokeStep s:
                Head(to, Kind.Poke, 0);
                to.Write(s.At); Bytes(to, s.Bytes);
                break;
            case FeedStep s:
                Head(to, Kind.Feed, s.Pipe);
                to.Write(s.Count);
                break;
            case ProbeStep s:
                Head(to, Kind.Probe, 0);
                to.Write(s.What); to.Write(s.Bytes); to.Write((byte)s.At);
                break;
            case CtlStep s:
                Head(to, Kind.Ctl, s.Slot);
                to.Write(s.Op); to.Write(s.Arg);
                break;
            case CancelStep s:
                Head(to, Kind.Cancel, s.Slot);
                to.Write(s.UserData); to.Write(s.Flags);
                break;
            default:
                throw new ArgumentException($"no codec for {step.GetType().Name}", nameof(step));
        }
    }

    /// <summary>Reads one step.</summary>
    /// <exception cref="InvalidDataException">The bytes are none.</exception>
    public static Step Read(BinaryReader from)
    {
        var kind = (Kind)from.ReadByte();
        byte slot = from.ReadByte();
        return kind switch
        {
            Kind.Setup => new SetupStep(slot, from.ReadUInt32(), from.ReadUInt32(), Bytes(from), from.ReadUInt32(), (Pointer)from.ReadByte()),
            Kind.Destroy => new DestroyStep(slot),
            Kind.Submit => new SubmitStep(slot, Bytes(from), (Pointer)from.ReadByte(), from.ReadByte(), (Pointer)from.ReadByte(), from.ReadUInt32()),
            Kind.Get => ReadGet(from, slot),
            Kind.Drain => new DrainStep(slot, from.ReadBoolean(), from.ReadInt32()),
            Kind.Reap => new ReapStep(slot, from.ReadUInt16()),
            Kind.Poke => new PokeStep(from.ReadUInt32(), Bytes(from)),
            Kind.Feed => new FeedStep(slot, from.ReadUInt16()),
            Kind.Probe => new ProbeStep(from.ReadUInt32(), from.ReadUInt32(), (Pointer)from.ReadByte()),
            Kind.Ctl => new CtlStep(slot, from.ReadUInt32(), from.ReadUInt64()),
            Kind.Cancel => new CancelStep(slot, from.ReadUInt64(), from.ReadUInt32()),
            _ => throw new InvalidDataException($"unknown step {kind}"),
        };
    }

    private static GetStep ReadGet(BinaryReader from, byte slot)
    {
        uint bytes = from.ReadUInt32(), min = from.ReadUInt32();
        bool given = from.ReadBoolean();
        byte[] wait = Bytes(from);
        return new GetStep(slot, bytes, min, given ? wait : null, from.ReadUInt32(), (Pointer)from.ReadByte(), (Pointer)from.ReadByte(), from.ReadUInt32());
    }

    private static void Head(BinaryWriter to, Kind kind, byte slot)
    {
        to.Write((byte)kind);
        to.Write(slot);
    }

    private static void Bytes(BinaryWriter to, byte[] bytes)
    {
        to.Write(bytes.Length);
        to.Write(bytes);
    }

    private static byte[] Bytes(BinaryReader from)
    {
        int length = from.ReadInt32();
        byte[] bytes = from.ReadBytes(length);
        return bytes.Length == length ? bytes : throw new InvalidDataException("a step is cut short");
    }
}
