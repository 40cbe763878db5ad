using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Abi.Ring;
using Microsoft.Win32.SafeHandles;

namespace AioV2.Cli.Dump;

/// <summary>A copy of a ring's mapping: header, user line, and the events between head and tail with their pads (RING-1 to RING-3).</summary>
internal sealed class RingDump(RecordDump records, SafeFileHandle file)
{
    private const int LeastPageBytes = 4096;
    private readonly byte[] _record = new byte[Aio2.EventMax];

    /// <summary>Dumps it; gives what is wrong, if anything.</summary>
    internal DumpFault? Run(CancellationToken stop)
    {
        var header = Read(0, Aio2Ring.SizeOf);
        records.Lines.Title(0, "ring");
        records.Lines.Struct(records.Struct("aio2_ring"), header, 0, "");
        if (Header(header) is { } bad)
        {
            return records.Marked(bad, header, 0);
        }

        var ring = MemoryMarshal.Read<Aio2Ring>(header);
        var line = Read(ring.UserOffset, Aio2RingUser.SizeOf);
        records.Lines.Title(ring.UserOffset, "user line");
        records.Lines.Struct(records.Struct("aio2_ring_user"), line, ring.UserOffset, "");
        var head = MemoryMarshal.Read<Aio2RingUser>(line).Head;
        if (Positions(ring, head) is { } wrong)
        {
            return records.Marked(wrong, line, ring.UserOffset);
        }

        records.Lines.Title(ring.DataOffset, $"data, {ring.RingBytes} bytes, {ring.Tail - head} of them in use");
        return Events(ring, head, stop);
    }

    private DumpFault? Events(Aio2Ring ring, ulong head, CancellationToken stop)
    {
        for (var position = head; position != ring.Tail;)
        {
            stop.ThrowIfCancellationRequested();
            var index = (uint)(position & (ring.RingBytes - 1));
            var at = ring.DataOffset + (long)index;
            var left = Math.Min(ring.RingBytes - index, ring.Tail - position);
            var bytes = Read(at, (int)Math.Min(left, Aio2.EventMax));
            if ((MemoryMarshal.Read<ushort>(bytes[IoEvent2.At.Flags..]) & Aio2EventFlags.Pad) != 0)
            {
                var pad = MemoryMarshal.Read<uint>(bytes);
                records.Lines.Title(at, $"pad, {pad} bytes, at position {position}");
                records.Lines.Bytes(bytes[..sizeof(ulong)], at, "bytes, flags AIO2_EVENT_PAD");
                if (pad != ring.RingBytes - index || pad >= ring.Tail - position)
                {
                    return records.Marked(new(at, $"a pad reaches up to the ring's end, {ring.RingBytes - index} bytes from here, and a record follows it (RING-3)"), bytes, at);
                }

                position += pad;
                continue;
            }

            if (records.Record(RecordKind.Events, bytes, at, out var size) is { } fault)
            {
                return fault;
            }

            position += (uint)size;
        }

        return null;
    }

    /// <summary>What a reaper refuses (RING-1), and a file that is cut off.</summary>
    private DumpFault? Header(ReadOnlySpan<byte> header)
    {
        if (header.Length < Aio2Ring.SizeOf)
        {
            return new(header.Length, $"a ring's header has {Aio2Ring.SizeOf} bytes, {header.Length} are there");
        }

        var ring = MemoryMarshal.Read<Aio2Ring>(header);
        var length = RandomAccess.GetLength(file);
        return ring.Magic != Aio2.RingMagic ? new(FirstOther(header, Aio2.RingMagic, Aio2Ring.At.Magic), $"magic is 0x{ring.Magic:x8}, not 0x{Aio2.RingMagic:x8}: no ring, or one of the other byte order (RING-1)")
            : ring.Version != Aio2.RingVersion ? new(FirstOther(header, Aio2.RingVersion, Aio2Ring.At.Version), $"version is {ring.Version}, not {Aio2.RingVersion} (RING-1)")
            : ring.Incompat != 0 ? new(Aio2Ring.At.Incompat + header.Slice(Aio2Ring.At.Incompat, sizeof(ulong)).IndexOfAnyExcept((byte)0), "an incompat bit is set that is not known here (RING-1)")
            : !RingLayout.IsValidRingBytes(ring.RingBytes) ? new(Aio2Ring.At.RingBytes, $"ring_bytes is {ring.RingBytes}, not a power of two from 4096 to 2^30 (SETUP-5)")
            : ring.UserOffset < Aio2Ring.SizeOf || ring.UserOffset % LeastPageBytes != 0 ? new(Aio2Ring.At.UserOffset, "the user line is not on a page of its own (RING-1)")
            : ring.DataOffset % LeastPageBytes != 0 || ring.DataOffset < (ulong)ring.UserOffset + Aio2RingUser.SizeOf ? new(Aio2Ring.At.DataOffset, "the data area does not lie on pages behind the user line (RING-1)")
            : ring.MapBytes != (ulong)ring.DataOffset + ring.RingBytes ? new(Aio2Ring.At.MapBytes, $"map_bytes is {ring.MapBytes}, not data_offset and ring_bytes together")
            : ring.Tail % Aio2.Align != 0 ? new(Aio2Ring.At.Tail, "tail is no multiple of 8 (RING-3)")
            : (ulong)length < ring.MapBytes ? new(length, $"the ring has {ring.MapBytes} bytes, the input ends here")
            : null;
    }

    private static DumpFault? Positions(Aio2Ring ring, ulong head) =>
        head % Aio2.Align != 0 ? new(ring.UserOffset + Aio2RingUser.At.Head, "head is no multiple of 8 (RING-5)")
        : ring.Tail - head > ring.RingBytes ? new(ring.UserOffset + Aio2RingUser.At.Head, $"head is not within {ring.RingBytes} bytes before tail, which is {ring.Tail} (RING-5)")
        : null;

    private static int FirstOther(ReadOnlySpan<byte> header, uint wanted, int at)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        MemoryMarshal.Write(bytes, wanted);
        return at + header[at..].CommonPrefixLength(bytes);
    }

    private Span<byte> Read(long at, int bytes)
    {
        var done = 0;
        while (done < bytes)
        {
            var read = RandomAccess.Read(file, _record.AsSpan(done, bytes - done), at + done);
            if (read == 0)
            {
                break;
            }

            done += read;
        }

        return _record.AsSpan(0, done);
    }
}
