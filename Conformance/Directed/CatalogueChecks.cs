using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Conformance.Calls;
using AioV2.Conformance.World;

namespace AioV2.Conformance.Directed;

/// <summary>ATTR-7: values that the model does not know.</summary>
internal static unsafe class CatalogueChecks
{
    public static IReadOnlyList<DirectedCheck> All { get; } =
    [
        new("CHECKSUM is that of the data transferred", ["ATTR-7"], Checksums),
    ];

    private static void Checksums(Rig rig)
    {
        var context = rig.Context();
        foreach (uint algorithm in (uint[])[Aio2Checksum.Crc32c, Aio2Checksum.Crc64nvme])
        {
            var asked = new Aio2AttrChecksum { Algorithm = algorithm };
            byte[] iocb = new IocbWriter().Add(Rig.Iocb(Aio2Op.Pread, 1, WorldLayout.FileRo, WorldLayout.Data, 1000, 3))
                .Attribute(Aio2AttrType.Checksum, 0, MemoryMarshal.AsBytes(new ReadOnlySpan<Aio2AttrChecksum>(in asked))).ToArray();
            Rig.Expect("SUBMIT-1", iocb.Length, context.Submit(iocb), "io_submit2 with CHECKSUM");
            byte[] e = context.Take(1)[0];
            int status = MemoryMarshal.Read<Aio2AttrRet>(e.AsSpan(IoEvent2.SizeOf)).Status;
            if (status == -Errno.EOPNOTSUPP)
            {
                throw new NotOfferedException("attribute CHECKSUM");
            }

            Rig.Expect("ATTR-7", IoEvent2.SizeOf + Aio2AttrRet.SizeOf + Aio2RetChecksum.SizeOf, e.Length, "bytes of its event");
            var told = MemoryMarshal.Read<Aio2RetChecksum>(e.AsSpan(IoEvent2.SizeOf + Aio2AttrRet.SizeOf));
            ulong wanted = Crc(algorithm, new ReadOnlySpan<byte>(Rig.Data, 1000));
            Rig.Require("ATTR-7", status == 0 && told.Bytes == 1000 && told.Checksum == wanted, $"CHECKSUM {algorithm} of 1000 bytes is told as 0x{told.Checksum:x} of {told.Bytes}, not 0x{wanted:x} (status {status})");
        }
    }

    // Bit by bit, from the reflected polynomials: nothing here comes from where the implementation has it.
    private static ulong Crc(uint algorithm, ReadOnlySpan<byte> data)
    {
        (ulong polynomial, ulong ones) = algorithm == Aio2Checksum.Crc32c ? (0x82f63b78ul, uint.MaxValue) : (0x9a6c9329ac4bc9b5ul, ulong.MaxValue);
        ulong crc = ones;
        foreach (byte b in data)
        {
            crc ^= b;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = crc >> 1 ^ ((crc & 1) != 0 ? polynomial : 0);
            }
        }

        return crc ^ ones;
    }
}
