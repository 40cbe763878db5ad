using System.Runtime.InteropServices;
using System.Text;
using AioV2.Abi;
using AioV2.Abi.Calls;
using AioV2.UserLib;

namespace AioV2.Cli.Probe;

/// <summary>Reads io_probe2: each answer is a run of structs that start with their size, so that they can grow (PROBE-1).</summary>
internal sealed unsafe class ProbeReader(IAio2 kernel)
{
    private const int MostBytes = 16 << 20;

    /// <summary>The kernel's description of itself.</summary>
    internal Aio2ProbeKernel Kernel() => Read<Aio2ProbeKernel>(Aio2Probe.Kernel) is [var only, ..]
        ? only
        : throw new Aio2Exception(Errno.ENODATA, "io_probe2(KERNEL) answered nothing");

    /// <summary>All records of one answer; those of an older kernel are zero-extended, a newer one's excess is dropped.</summary>
    internal List<T> Read<T>(uint what) where T : unmanaged
    {
        var bytes = Call(what);
        var records = new List<T>();
        for (var at = 0; at + sizeof(uint) <= bytes.Length;)
        {
            var size = MemoryMarshal.Read<uint>(bytes.AsSpan(at));
            if (size < sizeof(uint) || size > bytes.Length - at)
            {
                throw new Aio2Exception(Errno.EINVAL, $"io_probe2({Aio2Probe.NameOf(what)}): a record at byte {at} claims {size} bytes");
            }

            T record = default;
            bytes.AsSpan(at, Math.Min((int)size, sizeof(T))).CopyTo(MemoryMarshal.AsBytes(new Span<T>(ref record)));
            records.Add(record);
            at += (int)size;
        }

        return records;
    }

    /// <summary>A name in a record: up to its NUL.</summary>
    internal static string Text(byte* at, int room)
    {
        var bytes = new ReadOnlySpan<byte>(at, room);
        var end = bytes.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
    }

    private byte[] Call(uint what)
    {
        for (var room = 4096; room <= MostBytes; room *= 2)
        {
            var buffer = new byte[room];
            fixed (byte* at = buffer)
            {
                var bytes = kernel.Probe(what, at, (nuint)room);
                if (bytes >= 0)
                {
                    return buffer[..(int)bytes];
                }

                if (bytes != -Errno.EMSGSIZE)
                {
                    throw new Aio2Exception("io_probe2", (int)-bytes);
                }
            }
        }

        throw new Aio2Exception("io_probe2", Errno.EMSGSIZE);
    }
}
