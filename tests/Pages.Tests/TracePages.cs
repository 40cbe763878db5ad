using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Abi.Trace;
using AioV2.Cli.Trace.View;

namespace AioV2.Pages.Tests;

/// <summary>Pages of traces whose content is known: made record by record, so that each number that a page shows can be foretold.</summary>
internal static class TracePages
{
    public const uint Ring = 4096;
    public const int Microsecond = 1000;

    /// <summary>So many NOPs, each 10 µs after the one before: accepted, completed 1 µs later, in the ring then, reaped at the next.
    /// Number 7 fails; from number 20 to 29 events wait on the list.</summary>
    public static string Nops(string folder, int count)
    {
        var path = Path.Combine(folder, $"{count}.trace");
        using (var file = new TraceFileWriter(path, new TraceStart("kernel", "threads", "a program", 1, 0, 0)))
        {
            WriteSetup(file);
            ulong tail = 0, listed = 0;
            for (var i = 0; i < count; i++)
            {
                var time = (ulong)((i + 1) * 10 * Microsecond);
                var head = tail;
                WriteSubmit(file, time, i);
                var isListed = i is >= 20 and < 30;
                var events = isListed ? [] : Enumerable.Range(i - (int)listed, (int)listed + 1).SelectMany(Event).ToArray();
                listed = isListed ? listed + 1 : 0;
                file.Write(new TraceRecord(Aio2TraceKind.Complete, time + Microsecond, 9ul, 1ul, (ulong)i, 1ul, i % 2 == 0 ? 0ul : time + 500));
                tail += (ulong)events.Length;
                file.Write(new TraceRecord(Aio2TraceKind.Ring, time + Microsecond, 9ul, 1ul, head, tail, listed != 0 ? (ulong)Aio2RingFlags.Overflow : 0, listed * IoEvent2.SizeOf, events));
            }

            file.Close((ulong)((count + 1) * 10 * Microsecond), 0, "closed");
        }

        var page = Path.ChangeExtension(path, "html");
        File.WriteAllText(page, TracePage.Of(TraceStory.Read(TraceFile.Open(path))));
        return page;
    }

    /// <summary>One io_issue2 of a NOP, 3 µs after the start, which took 2 µs, and one that was refused.</summary>
    public static string Issued(string folder)
    {
        var path = Path.Combine(folder, "issued.trace");
        using (var file = new TraceFileWriter(path, new TraceStart("kernel", "threads", "a program", 1, 0, 0)))
        {
            file.Write(new TraceRecord(Aio2TraceKind.Issue, 3ul * Microsecond, 2ul * Microsecond, 9ul, 48L, 48ul, 0ul, Iocb(7), Event(7)));
            file.Write(new TraceRecord(Aio2TraceKind.Issue, 6ul * Microsecond, 1ul * Microsecond, 9ul, (long)-Errno.EMSGSIZE, 8ul, 0ul, Iocb(8), Array.Empty<byte>()));
            file.Close(10 * Microsecond, 0, "closed");
        }

        var page = Path.ChangeExtension(path, "html");
        File.WriteAllText(page, TracePage.Of(TraceStory.Read(TraceFile.Open(path))));
        return page;
    }

    private static void WriteSetup(TraceFileWriter file)
    {
        var answer = new Aio2Params { Ctx = 1, RingBytes = Ring, RingAddr = 4096 };
        var bytes = MemoryMarshal.AsBytes(MemoryMarshal.CreateSpan(ref answer, 1)).ToArray();
        file.Write(new TraceRecord(Aio2TraceKind.Setup, 1ul, 100ul, 9ul, 0L, 1ul, 2ul, 1ul, 96ul, Array.Empty<byte>(), bytes));
    }

    private static void WriteSubmit(TraceFileWriter file, ulong time, int i)
    {
        file.Write(new TraceRecord(Aio2TraceKind.Accept, time, 9ul, 1ul, (ulong)i, 1ul));
        file.Write(new TraceRecord(Aio2TraceKind.Submit, time - 100, 1500ul, 9ul, 64L, 1ul, 64ul, 0ul, 0ul, 0ul, Iocb(i)));
    }

    // A NOP with TRACE_ID, which has a payload of 8 bytes in and out.
    private static byte[] Iocb(int i)
    {
        var bytes = new byte[64];
        var iocb = new Iocb2 { Bytes = 64, Opcode = Aio2Op.Nop, UserData = (ulong)(1000 + i) };
        var attribute = new Aio2Attr { Bytes = 16, Type = Aio2AttrType.TraceId };
        MemoryMarshal.Write(bytes, in iocb);
        MemoryMarshal.Write(bytes.AsSpan(48), in attribute);
        MemoryMarshal.Write(bytes.AsSpan(56), 0xabcdul);
        return bytes;
    }

    private static byte[] Event(int i)
    {
        var bytes = new byte[48];
        var e = new IoEvent2 { Bytes = 48, UserData = (ulong)(1000 + i), Res = i == 7 ? -Errno.EIO : 0 };
        var answer = new Aio2AttrRet { Bytes = 24, Type = Aio2AttrType.TraceId };
        MemoryMarshal.Write(bytes, in e);
        MemoryMarshal.Write(bytes.AsSpan(24), in answer);
        MemoryMarshal.Write(bytes.AsSpan(40), 0xabcdul);
        return bytes;
    }
}
