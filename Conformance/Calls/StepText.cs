using System.Runtime.InteropServices;
using System.Text;
using AioV2.Abi;
using AioV2.Conformance.World;

namespace AioV2.Conformance.Calls;

/// <summary>Steps as a reader wants them: calls in C, with names for descriptors, addresses and constants.</summary>
public static class StepText
{
    /// <summary>One step.</summary>
    public static string Of(Step step) => step switch
    {
        SetupStep s => $"io_setup2({s.Version}, {Flags(s.Flags, Aio2Setup.NameOf, "AIO2_SETUP_")}, {Pointer(s.At, Params(s))}, {s.Size})  /* ctx{s.Slot} */",
        DestroyStep s => $"io_destroy2({Context(s.Slot)})",
        SubmitStep s => $"io_submit2({Context(s.Slot)}, {Pointer(s.At, Iocbs(s.Iocbs))}{(s.Misalign == 0 ? "" : $" + {s.Misalign}")}, {s.Iocbs.Length}, {Pointer(s.Ext, $"&(struct aio2_extack){{ .size = {s.ExtSize} }}")})",
        GetStep s => $"io_getevents2({Context(s.Slot)}, {Pointer(s.At, s.Good < s.Bytes ? $"/* {s.Good} bytes before a hole */ events" : "events")}, {s.Bytes}, {s.MinBytes}, {(s.Wait is null ? "NULL" : Pointer(s.WaitAt, Wait(s.Wait)))}, 0x{s.Flags:x})",
        DrainStep s => $"drain({Context(s.Slot)}, {s.Owed}, {(s.ThroughRing ? "through the ring" : "by io_getevents2")})",
        ReapStep s => $"reap({Context(s.Slot)}, {s.Max})",
        PokeStep s => $"memcpy(META + {s.At}, …, {s.Bytes.Length})",
        FeedStep s => $"write(PIPE_W({s.Pipe}), …, {s.Count})",
        ProbeStep s => $"io_probe2({(Aio2Probe.NameOf(s.What) is { } n ? $"AIO2_PROBE_{n}" : s.What.ToString())}, {Pointer(s.At, "buf")}, {s.Bytes})",
        CtlStep s => $"io_ring_ctl2({Context(s.Slot)}, {s.Op}, {s.Arg})",
        CancelStep s => $"io_cancel2({Context(s.Slot)}, 0x{s.UserData:x}, {Flags(s.Flags, Aio2Cancel.NameOf, "AIO2_CANCEL_")})",
        _ => step.ToString()!,
    };

    /// <summary>Flags by name, with what is unknown in hexadecimal.</summary>
    public static string Flags(uint flags, Func<uint, string?> nameOf, string prefix)
    {
        var parts = new List<string>();
        for (uint rest = flags; rest != 0; rest &= rest - 1)
        {
            uint bit = rest & (uint)-(int)rest;
            parts.Add(nameOf(bit) is { } name ? prefix + name : $"0x{bit:x}");
        }

        return parts.Count == 0 ? "0" : string.Join(" | ", parts);
    }

    private static string Context(byte slot) => slot < Step.Slots ? $"ctx{slot}" : "0x7ffffff0";

    private static string Pointer(Pointer at, string good) => at switch
    {
        Calls.Pointer.Good => good,
        Calls.Pointer.Null => "NULL",
        Calls.Pointer.Guard => "GUARD",
        Calls.Pointer.NonCanonical => "(void *)0x8000000000001000",
        _ => "READ_ONLY_PAGE",
    };

    private static string Params(SetupStep s)
    {
        if (s.Params.Length < Aio2Params.SizeOf)
        {
            return $"/* {s.Params.Length} bytes */ params";
        }

        var p = MemoryMarshal.Read<Aio2Params>(s.Params);
        var text = new StringBuilder("&(struct aio2_params){");
        void Field(string name, ulong value) => text.Append(value == 0 ? "" : $" .{name} = {value},");
        Field("features", p.Features);
        Field("ctx", p.Ctx);
        Field("nr_reqs", p.NrReqs);
        Field("ring_bytes", p.RingBytes);
        Field("eventfd", (uint)p.Eventfd);
        Field("ring_fd", (uint)p.RingFd);
        Field("ring_addr", p.RingAddr);
        Field("ring_offset", p.RingOffset);
        return text.Append(" }").ToString();
    }

    private static string Wait(byte[] bytes)
    {
        if (bytes.Length < Aio2Wait.SizeOf)
        {
            return $"/* {bytes.Length} bytes */ wait";
        }

        var w = MemoryMarshal.Read<Aio2Wait>(bytes);
        return $"&(struct aio2_wait){{ .size = {w.Size}, .flags = {w.Flags}, .sec = {w.Sec}, .nsec = {w.Nsec}{(w.Reserved != 0 ? $", .reserved = {w.Reserved}" : "")} }}";
    }

    private static string Iocbs(byte[] bytes)
    {
        var text = new StringBuilder("{");
        for (int at = 0; at < bytes.Length;)
        {
            if (bytes.Length - at < Iocb2.SizeOf)
            {
                return text.Append($" {bytes.Length - at} bytes }}").ToString();
            }

            var c = MemoryMarshal.Read<Iocb2>(bytes.AsSpan(at));
            text.Append($" [{Aio2Op.NameOf(c.Opcode) ?? c.Opcode.ToString()} bytes={c.Bytes}");
            text.Append(c.Flags != 0 ? $" flags=0x{c.Flags:x}" : "").Append($" user_data=0x{c.UserData:x} fd={WorldLayout.FdName(c.Fd)}");
            text.Append(c.RwFlags != 0 ? $" rw_flags=0x{c.RwFlags:x}" : "").Append($" addr={WorldLayout.AddressName(c.Addr)} len={c.Len} offset={c.Offset}");
            int next = c.Bytes < Iocb2.SizeOf || c.Bytes > bytes.Length - at ? bytes.Length : at + (int)c.Bytes;
            Attributes(bytes.AsSpan(at + Iocb2.SizeOf, next - at - Iocb2.SizeOf), text);
            text.Append(']');
            at = next;
        }

        return text.Append(" }").ToString();
    }

    private static void Attributes(ReadOnlySpan<byte> rest, StringBuilder text)
    {
        while (rest.Length >= Aio2Attr.SizeOf)
        {
            var head = MemoryMarshal.Read<Aio2Attr>(rest);
            text.Append($" +{Aio2AttrType.NameOf(head.Type) ?? $"0x{head.Type:x}"}({head.Bytes}{(head.Flags == 0 ? "" : $", flags=0x{head.Flags:x}")})");
            if (head.Bytes < Aio2Attr.SizeOf || head.Bytes > rest.Length)
            {
                return;
            }

            rest = rest[(int)Math.Min(rest.Length, head.Bytes + 7 & ~7u)..];
        }
    }
}
