using System.Runtime.InteropServices;
using AioV2.Abi;

namespace AioV2.Kernel.Tests;

/// <summary>An event, copied out.</summary>
internal sealed record Event(IoEvent2 Fixed, byte[] Returns)
{
    public ulong UserData => Fixed.UserData;

    public long Res => Fixed.Res;

    public static List<Event> Split(ReadOnlySpan<byte> run)
    {
        var events = new List<Event>();
        while (!run.IsEmpty)
        {
            var head = MemoryMarshal.Read<IoEvent2>(run);
            Assert.InRange((int)head.Bytes, IoEvent2.SizeOf, run.Length);
            Assert.Equal(0, head.Flags & Aio2EventFlags.Pad);
            events.Add(new Event(head, run[IoEvent2.SizeOf..(int)head.Bytes].ToArray()));
            run = run[(int)head.Bytes..];
        }

        return events;
    }

    /// <summary>The returns, in order: head and payload.</summary>
    public List<(Aio2AttrRet Head, byte[] Payload)> ReturnList()
    {
        var list = new List<(Aio2AttrRet, byte[])>();
        for (var rest = Returns.AsSpan(); !rest.IsEmpty;)
        {
            var head = MemoryMarshal.Read<Aio2AttrRet>(rest);
            list.Add((head, rest[Aio2AttrRet.SizeOf..(int)head.Bytes].ToArray()));
            rest = rest[(((int)head.Bytes + 7) & ~7)..];
        }

        return list;
    }
}
