using System.Buffers.Binary;
using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Conformance.Calls;
using AioV2.Conformance.Generate;
using AioV2.Conformance.World;

namespace AioV2.Conformance.Run;

/// <summary>Wire level: every truncation, every flipped bit, every length and misalignment of valid submissions.</summary>
/// <remarks>Each is judged by the model: an error, or a valid reading; never a hang, a crash, or memory outside the
/// buffers, which all end at guard pages.</remarks>
public static class WireCases
{
    /// <summary>All cases, each a whole sequence.</summary>
    public static IEnumerable<IReadOnlyList<Step>> All()
    {
        foreach (byte[] valid in Valid())
        {
            foreach (byte[] bytes in Mutations(valid))
            {
                yield return Sequence(bytes, 0);
            }

            for (byte misalign = 1; misalign < 8; misalign++)
            {
                yield return Sequence(valid, misalign);
            }
        }
    }

    private static IReadOnlyList<Step> Sequence(byte[] iocbs, byte misalign)
    {
        byte[] p = new byte[Aio2Params.SizeOf];
        return [MetaArrays.Poke, new SetupStep(0, Aio2.Version, 0, p, (uint)p.Length), new SubmitStep(0, iocbs, Misalign: misalign), new DrainStep(0, false), new DestroyStep(0)];
    }

    private static IEnumerable<byte[]> Mutations(byte[] valid)
    {
        for (int length = 0; length <= valid.Length; length++)
        {
            yield return valid[..length];
        }

        for (int bit = 0; bit < valid.Length * 8; bit++)
        {
            byte[] flipped = [.. valid];
            flipped[bit / 8] ^= (byte)(1 << bit % 8);
            yield return flipped;
        }

        for (uint length = 0; length <= valid.Length + 16; length++)
        {
            byte[] said = [.. valid];
            BinaryPrimitives.WriteUInt32LittleEndian(said, length);
            yield return said;
            if (valid.Length > Iocb2.SizeOf)
            {
                said = [.. valid];
                BinaryPrimitives.WriteUInt32LittleEndian(said.AsSpan(Iocb2.SizeOf), length);
                yield return said;
            }
        }
    }

    private static IEnumerable<byte[]> Valid()
    {
        var read = new Iocb2 { Opcode = Aio2Op.Pread, UserData = 1, Fd = WorldLayout.FileRo, Addr = WorldLayout.Data, Len = 512, Offset = 64 };
        var vector = new Iocb2 { Opcode = Aio2Op.Preadv, UserData = 2, Fd = WorldLayout.FileRo, Addr = MetaArrays.At(3), Len = 3, Offset = 0 };
        var write = new Iocb2 { Opcode = Aio2Op.Pwrite, UserData = 3, Fd = WorldLayout.FileWo, Addr = WorldLayout.Data, Len = 64, Offset = 8 };
        var nop = new Iocb2 { Opcode = Aio2Op.Nop, UserData = 4 };
        byte[] deadline = new byte[8];
        long far = long.MaxValue / 2;
        MemoryMarshal.Write(deadline, in far);
        yield return new IocbWriter().Add(nop).ToArray();
        yield return new IocbWriter().Add(read).Attribute(Aio2AttrType.Timing, 0, []).Attribute(Aio2AttrType.TraceId, Aio2AttrFlags.Required, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]).ToArray();
        yield return new IocbWriter().Add(vector).Attribute(0x8001, 0, [1, 2, 3]).ToArray();
        yield return new IocbWriter().Add(write).Attribute(Aio2AttrType.Account, 0, [5, 0, 0, 0, 0, 0, 0, 0]).Add(nop).Attribute(Aio2AttrType.Deadline, Aio2AttrFlags.Noreturn, deadline).ToArray();
    }
}
