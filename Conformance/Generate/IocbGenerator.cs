using System.Buffers.Binary;
using AioV2.Abi;
using AioV2.Conformance.Calls;
using AioV2.Conformance.Model;
using AioV2.Conformance.World;

namespace AioV2.Conformance.Generate;

/// <summary>Makes iocbs from the spec's tables: valid ones of every operation and attribute, and ones with one thing wrong.</summary>
public sealed class IocbGenerator(AioModel model)
{
    private const int MostFeed = 512;

    /// <summary>A submission of one or more records.</summary>
    public byte[] Submission(ref Dice dice, int most)
    {
        var writer = new IocbWriter();
        int records = 1 + dice.Below(most);
        ulong pipes = 0;
        for (int i = 0; i < records; i++)
        {
            Record(writer, ref dice, ref pipes);
        }

        byte[] bytes = writer.ToArray();
        if (dice.Percent(15))
        {
            Spoil(bytes, ref dice);
        }

        return dice.Percent(4) ? bytes[..dice.Below(bytes.Length + 1)] : bytes;
    }

    /// <summary>Adds one valid record.</summary>
    public void Record(IocbWriter writer, ref Dice dice, ref ulong pipes)
    {
        var op = Aio2Catalog.Ops[dice.Below(Aio2Catalog.Ops.Length)];
        if (model.Offered.Op(op.Opcode) is null || op.Opcode == Aio2Op.Syscall)
        {
            op = Aio2Catalog.Ops[0];
        }

        var iocb = new Iocb2 { Opcode = op.Opcode, UserData = dice.Next() };
        if (op.Uses.HasFlag(IocbFields.Fd))
        {
            Target(ref iocb, op, ref dice, ref pipes);
        }

        writer.Add(iocb);
        for (int left = dice.Percent(50) ? 0 : 1 + dice.Below(3); left > 0; left--)
        {
            Attribute(writer, ref dice, op, left);
        }
    }

    private void Target(ref Iocb2 iocb, OpInfo op, ref Dice dice, ref ulong pipes)
    {
        bool write = op.Direction == DataDirection.Write;
        int pipe = dice.Below(WorldLayout.Pipes);
        bool usePipe = op.Direction != DataDirection.Write && op.Opcode is not (Aio2Op.Fsync or Aio2Op.Fdsync)
            && dice.Percent(40) && Free(pipe, pipes);
        iocb.Fd = usePipe ? WorldLayout.PipeRead + pipe
            : write ? dice.Of(WorldLayout.FileWo, WorldLayout.FileRw)
            : dice.Of(WorldLayout.FileRo, WorldLayout.FileRo, WorldLayout.FileRw);
        pipes |= usePipe ? 1ul << pipe : 0;
        if (op.Opcode == Aio2Op.Poll)
        {
            iocb.Len = usePipe ? 1ul : dice.Of(1ul, 4ul, 5ul);
            iocb.Flags = dice.Percent(80) ? (ushort)0 : (ushort)(dice.Of(Aio2IocbFlags.Multi, Aio2IocbFlags.Level) & model.Offered.IocbFlagsOf(op.Opcode));
            return;
        }

        if (op.Direction == DataDirection.None)
        {
            return;
        }

        iocb.Offset = usePipe ? -1 : dice.Below(10) switch { 0 => -1, 1 => WorldLayout.FileBytes - 8, 2 => WorldLayout.FileBytes + 64, _ => dice.Below(WorldLayout.FileBytes) };
        iocb.RwFlags = usePipe || dice.Percent(90) ? 0 : op.RwFlags & (uint)dice.Next();
        if (op.Vectored)
        {
            // The arrays are written by a poke at the start of every sequence: 16 of them, of 1 to 16 segments.
            int array = dice.Below(MetaArrays.Count);
            (iocb.Addr, iocb.Len) = (MetaArrays.At(array), MetaArrays.Segments(array));
            return;
        }

        iocb.Len = (ulong)(usePipe ? 1 + dice.Below(MostFeed) : dice.Of(0, 1, 8, 512, 4096, 1 + dice.Below(4096)));
        iocb.Addr = WorldLayout.Data + (ulong)(dice.Below(WorldLayout.Slots) * WorldLayout.SlotBytes);
        if (!usePipe && dice.Percent(5))
        {
            iocb.Addr = dice.Of(0ul, WorldLayout.Guard, WorldLayout.NonCanonical, WorldLayout.Data + WorldLayout.DataBytes - 8);
        }
    }

    private bool Free(int pipe, ulong pipes) =>
        (pipes >> pipe & 1) == 0 && !model.World.PipeOpen[pipe] && model.ReadersOf(pipe).Count == 0;

    private void Attribute(IocbWriter writer, ref Dice dice, OpInfo op, int left)
    {
        var info = Aio2Catalog.Attributes[dice.Below(Aio2Catalog.Attributes.Length)];
        ushort type = dice.Below(20) switch { 0 => (ushort)(0x8000 + left), 1 => (ushort)(Aio2AttrType.Last + 1 + left), _ => info.Type };
        bool known = type == info.Type && model.Offered.Attribute(type) is not null;
        if (type == Aio2AttrType.Pi && info.Fits(op.Opcode))
        {
            return;
        }

        ushort flags = (ushort)(dice.Percent(20) ? Aio2AttrFlags.Noreturn : 0);
        if (dice.Percent(25) && ((known && info.Fits(op.Opcode)) || dice.Percent(10)))
        {
            flags |= Aio2AttrFlags.Required;
        }

        byte[] payload = Payload(info, ref dice);
        if (dice.Percent(8))
        {
            // A longer payload than is known: fine as long as the excess is zero (ATTR-4).
            Array.Resize(ref payload, payload.Length + 1 + dice.Below(16));
        }

        writer.Attribute(type, flags, payload);
    }

    private static byte[] Payload(AttrInfo info, ref Dice dice)
    {
        byte[] payload = new byte[info.InSize];
        switch (info.Type)
        {
            case Aio2AttrType.Deadline:
                BinaryPrimitives.WriteInt64LittleEndian(payload, dice.Percent(80) ? long.MaxValue : 1);
                break;
            case Aio2AttrType.Ioprio:
                BinaryPrimitives.WriteUInt16LittleEndian(payload, (ushort)(2 << 13 | dice.Below(8)));
                break;
            case Aio2AttrType.WriteHint:
                payload[0] = (byte)dice.Below(6);
                break;
            case Aio2AttrType.Checksum:
                payload[0] = (byte)(1 + dice.Below(2));
                break;
            case Aio2AttrType.Account:
                payload[0] = (byte)dice.Below(8);
                break;
            case Aio2AttrType.TraceId:
                BinaryPrimitives.WriteUInt64LittleEndian(payload, dice.Next());
                BinaryPrimitives.WriteUInt64LittleEndian(payload.AsSpan(8), dice.Next());
                break;
        }

        return payload;
    }

    /// <summary>Makes one thing wrong somewhere: a bit, a byte, or one field of the spec's tables.</summary>
    private static void Spoil(byte[] bytes, ref Dice dice)
    {
        if (dice.Percent(50))
        {
            bytes[dice.Below(bytes.Length)] ^= (byte)(1 << dice.Below(8));
            return;
        }

        int field = dice.Of(Iocb2.At.Bytes, Iocb2.At.Flags, Iocb2.At.Opcode, Iocb2.At.Fd, Iocb2.At.RwFlags, Iocb2.At.Offset + 7);
        bytes[field] = dice.Of((byte)0xff, (byte)0x80, (byte)0x10, (byte)(1 << dice.Below(8)));
    }
}
