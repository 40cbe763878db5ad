using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Abi.Trace;
using AioV2.Conformance.Calls;
using AioV2.Conformance.Model;
using AioV2.Conformance.World;

namespace AioV2.Conformance.Record;

/// <summary>What a recorded program called, as steps in the world of the suite: its contexts are slots, its descriptors the files of
/// that world, its buffers the slots of that memory, so that the model can judge what comes of it.</summary>
/// <remarks>Lengths and offsets are cut to what those files hold. Reads go to the pattern file, writes to the scratch file, vectors become
/// plain transfers. Calls that name memory of the program (RESIZE, LIST, ISSUE, SYSCALL, PI) are left out and counted.</remarks>
internal sealed class ProgramCalls
{
    private const int MostSteps = 400;
    private const uint EventsAtOnce = 65536;

    private readonly AioModel _model = new(Capabilities.Everything);
    private readonly List<Step> _steps = [];
    private readonly Dictionary<ulong, byte> _slots = [];
    private int _leftOut;
    private int _buffer;

    /// <summary>The calls of a trace.</summary>
    public static RecordedSequence Of(TraceFile trace)
    {
        var calls = new ProgramCalls();
        foreach (var record in trace.Read().Where(r => r.IsCall).OrderBy(r => r.Time))
        {
            calls.Add(record);
        }

        return new RecordedSequence(0, "calls", "", calls._steps, calls._leftOut);
    }

    private void Add(TraceRecord record)
    {
        var step = record.Kind switch
        {
            Aio2TraceKind.Setup => Setup(record),
            Aio2TraceKind.Destroy => new DestroyStep(Slot(record.Number(Aio2TraceDestroy.Ctx))),
            Aio2TraceKind.Submit => new SubmitStep(Slot(record.Number(Aio2TraceSubmit.Ctx)), Iocbs(record.Bytes(Aio2TraceSubmit.Iocbs).ToArray())),
            Aio2TraceKind.Getevents => Get(record),
            Aio2TraceKind.Cancel => new CancelStep(Slot(record.Number(Aio2TraceCancel.Ctx)), record.Number(Aio2TraceCancel.UserData), (uint)record.Number(Aio2TraceCancel.Flags)),
            Aio2TraceKind.Probe when record.Number(Aio2TraceProbe.Bytes) <= EventsAtOnce => new ProbeStep((uint)record.Number(Aio2TraceProbe.What), (uint)record.Number(Aio2TraceProbe.Bytes)),
            _ => (Step?)null,
        };
        if (step is null || _steps.Count >= MostSteps || !Prediction.Allows(_model, step))
        {
            _leftOut++;
            return;
        }

        _steps.Add(step);
        Prediction.Move(_model, step);
        if (step is DestroyStep destroyed && destroyed.Slot < Step.Slots)
        {
            _slots.Remove(record.Number(Aio2TraceDestroy.Ctx));
        }
    }

    private byte Slot(ulong ctx) => _slots.TryGetValue(ctx, out byte slot) ? slot : Step.NoSuch;

    private SetupStep? Setup(TraceRecord record)
    {
        const uint Elsewhere = Aio2Setup.RingFd | Aio2Setup.RingAddr | Aio2Setup.At | Aio2Setup.Eventfd;
        byte[] bytes = record.Bytes(Aio2TraceSetup.Params).ToArray();
        byte free = (byte)Enumerable.Range(0, Step.Slots).FirstOrDefault(s => !_slots.ContainsValue((byte)s), Step.NoSuch);
        if (free == Step.NoSuch || bytes.Length < Aio2Params.SizeOf || record.Number(Aio2TraceSetup.Size) != Aio2Params.SizeOf)
        {
            return null;
        }

        ref var given = ref MemoryMarshal.AsRef<Aio2Params>(bytes.AsSpan());
        (given.Eventfd, given.RingFd, given.RingOffset, given.RingAddr) = (0, 0, 0, 0);
        given.Ctx = 0;
        if (record.Number(Aio2TraceSetup.Ctx) != 0)
        {
            _slots[record.Number(Aio2TraceSetup.Ctx)] = free;
        }

        return new SetupStep(free, (uint)record.Number(Aio2TraceSetup.Version), (uint)record.Number(Aio2TraceSetup.Flags) & ~Elsewhere, bytes, Aio2Params.SizeOf);
    }

    // Who waited, waited for what was owed; the rest takes what is there.
    private Step Get(TraceRecord record)
    {
        byte slot = Slot(record.Number(Aio2TraceGetevents.Ctx));
        uint bytes = (uint)Math.Min(record.Number(Aio2TraceGetevents.Bytes), EventsAtOnce);
        var now = new Aio2Wait { Size = Aio2Wait.SizeOf };
        return record.Number(Aio2TraceGetevents.MinBytes) > 0 && record.Signed(Aio2TraceGetevents.Result) > 0
            ? new DrainStep(slot, ThroughRing: false)
            : new GetStep(slot, bytes, 0, MemoryMarshal.AsBytes(MemoryMarshal.CreateSpan(ref now, 1)).ToArray(), bytes);
    }

    private byte[] Iocbs(byte[] run)
    {
        for (int at = 0; run.Length - at >= Iocb2.SizeOf;)
        {
            ref var iocb = ref MemoryMarshal.AsRef<Iocb2>(run.AsSpan(at));
            if (iocb.Bytes < Iocb2.SizeOf || iocb.Bytes > run.Length - at)
            {
                break;
            }

            Move(ref iocb);
            WithoutProtection(run.AsSpan(at + Iocb2.SizeOf, (int)iocb.Bytes - Iocb2.SizeOf));
            at += (int)iocb.Bytes;
        }

        return run;
    }

    // To the files and the memory of the suite's world.
    private void Move(ref Iocb2 iocb)
    {
        bool isRead = iocb.Opcode is Aio2Op.Pread or Aio2Op.Preadv, isWrite = iocb.Opcode is Aio2Op.Pwrite or Aio2Op.Pwritev;
        if (isRead || isWrite)
        {
            iocb.Opcode = isRead ? Aio2Op.Pread : Aio2Op.Pwrite;
            iocb.Fd = isRead ? WorldLayout.FileRo : WorldLayout.FileRw;
            iocb.Addr = WorldLayout.Data + (ulong)(_buffer++ % WorldLayout.Slots * WorldLayout.SlotBytes);
            iocb.Len = Math.Min(iocb.Len, WorldLayout.SlotBytes);
            iocb.Offset = iocb.Offset < 0 ? 0 : iocb.Offset % (WorldLayout.FileBytes - WorldLayout.SlotBytes);
        }
        else if (iocb.Opcode is Aio2Op.Fsync or Aio2Op.Fdsync)
        {
            iocb.Fd = WorldLayout.FileRw;
        }
        else if (iocb.Opcode is Aio2Op.Poll or Aio2Op.Syscall)
        {
            _leftOut++;
            iocb = new Iocb2 { Bytes = iocb.Bytes, Opcode = Aio2Op.Nop, UserData = iocb.UserData };
        }
    }

    // PI points to memory of the program: a type of a driver, which nobody handles, stands in its place.
    private static void WithoutProtection(Span<byte> attributes)
    {
        while (attributes.Length >= Aio2Attr.SizeOf)
        {
            ref var attribute = ref MemoryMarshal.AsRef<Aio2Attr>(attributes);
            int bytes = (int)(attribute.Bytes + 7 & ~7u);
            if (attribute.Bytes < Aio2Attr.SizeOf || bytes > attributes.Length)
            {
                return;
            }

            attribute.Type = attribute.Type == Aio2AttrType.Pi ? Aio2AttrType.DriverBase : attribute.Type;
            attributes = attributes[bytes..];
        }
    }
}
