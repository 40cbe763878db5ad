using AioV2.Abi;

namespace AioV2.Conformance.Directed;

/// <summary>Walks io_list2 to its end.</summary>
internal static unsafe class RequestList
{
    private const int MostCalls = 1000;

    /// <summary>All records, with the iocb of each; the walk is made with buffers of so many bytes.</summary>
    public static List<(Aio2Request Head, byte[] Iocb)> Read(Rig rig, RigContext context, int bytes)
    {
        var all = new List<(Aio2Request, byte[])>();
        byte[] buffer = new byte[bytes];
        ulong cursor = 0;
        for (int call = 0; call < MostCalls; call++)
        {
            long result;
            fixed (byte* at = buffer)
            {
                result = rig.Aio.List(context.Id, &cursor, at, (nuint)bytes);
            }

            if (result == -Errno.ENOSYS)
            {
                throw new NotOfferedException("io_list2 is not offered");
            }

            Rig.Require("LIST-1", result >= 0 && result <= bytes, $"io_list2 gave {result}");
            Split(buffer.AsSpan(0, (int)result), all);
            if (cursor == 0)
            {
                return all;
            }
        }

        throw new DirectedFailureException("LIST-1", $"cursor is not 0 again after {MostCalls} calls");
    }

    private static void Split(ReadOnlySpan<byte> records, List<(Aio2Request, byte[])> all)
    {
        while (records.Length > 0)
        {
            var head = System.Runtime.InteropServices.MemoryMarshal.Read<Aio2Request>(records);
            Rig.Require("LIST-1", head.Bytes >= Aio2Request.SizeOf + Iocb2.SizeOf && head.Bytes <= records.Length && head.Bytes % Aio2.Align == 0, $"a record of {head.Bytes} bytes in {records.Length}");
            Rig.Require("ABI-2", (head.Flags & ~Aio2RequestFlags.Known) == 0, $"unknown flags 0x{head.Flags:x}");
            all.Add((head, records[Aio2Request.SizeOf..(int)head.Bytes].ToArray()));
            records = records[(int)head.Bytes..];
        }
    }
}
