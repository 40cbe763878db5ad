using AioV2.Abi;
using AioV2.Attributes.Checksums;
using AioV2.Kernel.Contexts;
using AioV2.Kernel.Linux;
using AioV2.Kernel.Requests;

namespace AioV2.Kernel.Attributes;

/// <summary>CHECKSUM: CRC-32C or CRC-64/NVME of the data transferred (ATTR-7).</summary>
/// <remarks>The data is the user's and may change or vanish meanwhile: it is read through
/// <see cref="Memory.UserMemory"/>, a fault is the return's status.</remarks>
internal sealed unsafe class ChecksumHandler() : AttributeHandler(Aio2AttrType.Checksum)
{
    private const int PieceBytes = 16384;

    public override RequestTraits Hooks => RequestTraits.HooksAtComplete | RequestTraits.LongAtComplete;

    public override AttributeFault Validate(byte* payload, in OpInfo op)
    {
        var asked = (Aio2AttrChecksum*)payload;
        return asked->Algorithm is Aio2Checksum.Crc32c or Aio2Checksum.Crc64nvme && asked->Reserved == 0
            ? AttributeFault.None
            : new AttributeFault(Errno.EINVAL, Aio2Reason.PayloadValue);
    }

    public override void AtComplete(Request* r, byte* payload, Aio2AttrRet* ret)
    {
        if (ret == null)
        {
            return;
        }

        if (r->Res < 0)
        {
            ret->Status = (int)r->Res;
            return;
        }

        var algorithm = ((Aio2AttrChecksum*)payload)->Algorithm;
        ret->Status = Sum(r, algorithm, out var sum);
        if (ret->Status == 0)
        {
            *(Aio2RetChecksum*)(ret + 1) = new Aio2RetChecksum { Algorithm = algorithm, Bytes = (ulong)r->Res, Checksum = sum };
        }
    }

    private static int Sum(Request* r, uint algorithm, out ulong sum)
    {
        var memory = Context.Of(r).Kernel.Memory;
        var piece = stackalloc byte[PieceBytes];
        uint crc32 = 0;
        ulong crc64 = 0;
        var left = (ulong)r->Res;
        sum = 0;
        for (var segment = Request.Segments(r); left != 0; segment++)
        {
            var inSegment = Math.Min(left, segment->Bytes);
            left -= inSegment;
            for (ulong done = 0; done < inSegment;)
            {
                var bytes = (int)Math.Min(PieceBytes, inSegment - done);
                if (memory.CopyIn(piece, segment->Base + done, (nuint)bytes) != 0)
                {
                    return -Errno.EFAULT;
                }

                var data = new ReadOnlySpan<byte>(piece, bytes);
                if (algorithm == Aio2Checksum.Crc32c)
                {
                    crc32 = Crc32C.Compute(crc32, data);
                }
                else
                {
                    crc64 = Crc64Nvme.Compute(crc64, data);
                }

                done += (ulong)bytes;
            }
        }

        sum = algorithm == Aio2Checksum.Crc32c ? crc32 : crc64;
        return 0;
    }
}
