using AioV2.Abi;

namespace AioV2.Cli.Soak;

/// <summary>Draws iocbs and the words that scribblers put into them.</summary>
/// <remarks>Any two words may come together when a scribbler mixes them: so no length here reaches beyond a cell, but where an
/// address lies before a guard; and none of the numbers is a descriptor of the process itself.</remarks>
internal sealed unsafe class IocbDraw
{
    private static readonly ushort[] Opcodes =
    [
        Aio2Op.Nop, Aio2Op.Nop, Aio2Op.Pread, Aio2Op.Pread, Aio2Op.Pwrite, Aio2Op.Preadv, Aio2Op.Pwritev, Aio2Op.Fsync, Aio2Op.Fdsync, Aio2Op.Poll,
    ];

    private static readonly ushort[] Attributes =
    [
        Aio2AttrType.Timing, Aio2AttrType.Cache, Aio2AttrType.Checksum, Aio2AttrType.TraceId, Aio2AttrType.Retry,
        Aio2AttrType.Ioprio, Aio2AttrType.WriteHint, Aio2AttrType.Account, 0x9000, 0,
    ];

    private readonly Arena _arena;

    public IocbDraw(Arena arena) => _arena = arena;

    /// <summary>A record that is sound more often than not; its attributes and user_data are the caller's.</summary>
    public Iocb2 Iocb(ref Dice dice)
    {
        var iocb = new Iocb2 { Bytes = Iocb2.SizeOf, Opcode = dice.Of<ushort>(Opcodes) };
        if (iocb.Opcode != Aio2Op.Nop)
        {
            iocb.Fd = Fd(ref dice);
        }

        if (iocb.Opcode is Aio2Op.Nop or Aio2Op.Fsync or Aio2Op.Fdsync)
        {
            return iocb;
        }

        if (iocb.Opcode == Aio2Op.Poll)
        {
            iocb.Len = (ulong)dice.Below(0x20);
            iocb.Flags = (ushort)(dice.OneIn(4) ? dice.Below(4) : 0);
            return iocb;
        }

        var isVectored = iocb.Opcode is Aio2Op.Preadv or Aio2Op.Pwritev;
        iocb.Addr = isVectored ? (ulong)(_arena.Vectors + dice.Below(240)) : Address(ref dice);
        iocb.Len = isVectored ? (ulong)dice.Below(5) : Length(ref dice);
        iocb.Offset = Offset(ref dice);
        iocb.RwFlags = dice.OneIn(8) ? (uint)dice.Below(64) : 0;
        return iocb;
    }

    /// <summary>An attribute, sound or not: its bytes. Where scribblers store it is as long as a record and made of a record's words: for when
    /// the record before it is made shorter, it is taken for one itself.</summary>
    public int Attribute(byte* at, bool isScribbled, ref Dice dice)
    {
        var payload = isScribbled ? Iocb2.SizeOf - Aio2Attr.SizeOf : dice.Of([0, 0, 8, 16, 24]);
        *(Aio2Attr*)at = new Aio2Attr { Bytes = (uint)(Aio2Attr.SizeOf + payload), Type = dice.Of<ushort>(Attributes), Flags = (ushort)(dice.OneIn(8) ? dice.Below(4) : 0) };
        for (var i = Aio2Attr.SizeOf; i < Aio2Attr.SizeOf + payload; i += sizeof(ulong))
        {
            *(ulong*)(at + i) = isScribbled ? Word(i / sizeof(ulong), ref dice) : dice.OneIn(2) ? 1 : dice.Below(4) == 0 ? dice.Next() : 0;
        }

        return Aio2Attr.SizeOf + payload;
    }

    /// <summary>Fills the iovec arrays anew.</summary>
    public void Vector(ref Dice dice)
    {
        var vector = _arena.VectorsHand + dice.Below(256);
        Volatile.Write(ref vector->Base, Address(ref dice));
        Volatile.Write(ref vector->Len, Length(ref dice));
    }

    /// <summary>A value for one of a record's six words.</summary>
    public ulong Word(int word, ref Dice dice) => word switch
    {
        // bytes, flags, opcode: any opcode but SYSCALL, whose arguments nothing here could bound.
        0 => (dice.OneIn(4) ? (uint)dice.Below(4104) : Iocb2.SizeOf)
            | (dice.OneIn(8) ? (dice.Next() & 0xffff) << 32 : 0)
            | ((ulong)(dice.OneIn(16) ? 9 + dice.Below(60000) : dice.Of<ushort>(Opcodes)) << 48),
        1 => 1 + (ulong)dice.Below(1 << 16),
        2 => (uint)Fd(ref dice) | (dice.OneIn(8) ? dice.Next() << 32 : 0),
        3 => dice.OneIn(3) ? (ulong)(_arena.Vectors + dice.Below(240)) : Address(ref dice),
        4 => Length(ref dice),
        _ => (ulong)Offset(ref dice),
    };

    /// <summary>An address of nothing, or of what may not be written.</summary>
    public ulong Wild(ref Dice dice) => dice.Below(9) switch
    {
        0 => 0,
        1 => 8 + (ulong)dice.Below(4096),
        2 => (ulong)_arena.Hole + (ulong)dice.Below(4096),
        3 => ulong.MaxValue - (ulong)dice.Below(4096),
        4 => 0x8000_0000_0000 + ((ulong)dice.Below(1 << 20) << 12),
        5 => 0xffff_8000_0000_0000 + (ulong)dice.Below(1 << 20),
        6 => (ulong)_arena.ReadOnly + (ulong)dice.Below(4000),
        7 => (ulong)_arena.DataEnd,
        _ => 1,
    };

    private static int Fd(ref Dice dice) =>
        dice.OneIn(20) ? dice.Of([-1, int.MinValue, int.MaxValue, 990, 1 << 20]) : SoakFiles.Slot(dice.Below(SoakFiles.Kinds));

    private ulong Address(ref Dice dice) => dice.Below(16) switch
    {
        0 => Wild(ref dice),
        1 => (ulong)_arena.DataEnd - (ulong)dice.Below(Arena.CellRoom),
        _ => (ulong)_arena.Cell(dice.Below(Arena.Cells - 4)),
    };

    private static ulong Length(ref Dice dice) =>
        dice.OneIn(16) ? dice.Of([ulong.MaxValue, 1ul << 63, ulong.MaxValue - 7]) : (ulong)dice.Below(Arena.CellRoom + 1);

    private static long Offset(ref Dice dice) =>
        dice.Below(10) switch { 0 => -1, 1 => dice.Of([-2, long.MinValue, long.MaxValue, 1L << 40]), _ => dice.Below(SoakFiles.FileBytes) };
}
