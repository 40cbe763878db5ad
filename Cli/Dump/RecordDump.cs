using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Abi.Codecs;
using AioV2.Spec.Model;

namespace AioV2.Cli.Dump;

/// <summary>Records with a field to a line; attributes and returns stand indented below the record that they belong to.</summary>
internal sealed class RecordDump
{
    private const int BytesShown = 8;
    private readonly SpecDocument _spec;
    private readonly RecordFaults _faults;
    private readonly Dictionary<string, StructDef> _structs;

    internal RecordDump(TextWriter output, SpecDocument spec)
    {
        _spec = spec;
        _faults = new RecordFaults(spec);
        _structs = spec.Structs.ToDictionary(s => s.Name);
        Lines = new HexLines(output, new FieldText(spec));
    }

    internal HexLines Lines { get; }

    /// <summary>A struct of the spec.</summary>
    internal StructDef Struct(string name) => _structs.TryGetValue(name, out var found) ? found
        : throw new CliException($"{_spec.File} has no struct '{name}', which the dump is made with");

    /// <summary>A whole run; gives what is wrong with it, if anything.</summary>
    internal DumpFault? Run(RecordKind kind, ReadOnlySpan<byte> run)
    {
        for (long at = 0; at < run.Length;)
        {
            if (Record(kind, run[(int)at..], at, out var bytes) is { } fault)
            {
                return fault;
            }

            at += bytes;
        }

        return null;
    }

    /// <summary>The record that a run begins with, up to what is wrong with it.</summary>
    /// <param name="kind">What it is.</param>
    /// <param name="run">It, and whatever follows.</param>
    /// <param name="at">Its place in the input, bytes.</param>
    /// <param name="bytes">Its size; where the next one begins.</param>
    internal DumpFault? Record(RecordKind kind, ReadOnlySpan<byte> run, long at, out int bytes)
    {
        bytes = 0;
        var (name, shown) = kind == RecordKind.Iocbs ? ("iocb2", "iocb") : ("io_event2", "event");
        if (_faults.Framing(kind, run, at) is { } framing)
        {
            Lines.Title(at, shown);
            return Marked(framing, run, at);
        }

        bytes = (int)MemoryMarshal.Read<uint>(run);
        var record = run[..bytes];
        var size = kind == RecordKind.Iocbs ? Iocb2.SizeOf : IoEvent2.SizeOf;
        Lines.Title(at, $"{shown}, {bytes} bytes");
        Lines.Struct(Struct(name), record[..size], at, "");
        var fault = _faults.Items(kind, record[size..], at + size, out var good);
        for (var (i, place) = (0, size); i < good; i++)
        {
            place += Item(kind, record[place..], at + place);
        }

        return fault is null ? null : Marked(fault, record, at);
    }

    /// <summary>Shows the bytes at a fault with what is wrong with them.</summary>
    internal DumpFault Marked(DumpFault fault, ReadOnlySpan<byte> bytes, long at)
    {
        var place = (int)(fault.Offset - at);
        var left = place < bytes.Length ? bytes[place..] : [];
        if (left.IsEmpty)
        {
            Lines.Title(fault.Offset, $"{"",-23}  <-- {fault.Reason}");
        }
        else
        {
            Lines.Bytes(left[..Math.Min(BytesShown, left.Length)], fault.Offset, $"<-- {fault.Reason}");
        }

        return fault;
    }

    /// <summary>One attribute or return; gives where the next one begins.</summary>
    private int Item(RecordKind kind, ReadOnlySpan<byte> rest, long at)
    {
        var (what, head) = kind == RecordKind.Iocbs ? ("attribute", "aio2_attr") : ("return", "aio2_attr_ret");
        var size = kind == RecordKind.Iocbs ? Aio2Attr.SizeOf : Aio2AttrRet.SizeOf;
        var bytes = (int)MemoryMarshal.Read<uint>(rest);
        var type = MemoryMarshal.Read<ushort>(rest[Aio2Attr.At.Type..]);
        var known = _spec.Attrs.FirstOrDefault(a => a.Value == type);
        Lines.Title(at, $"  {what} {(known is null ? $"of type 0x{type:x4}, unknown here" : known.Name)}, {bytes} bytes");
        Lines.Struct(Struct(head), rest[..size], at, "  ");
        var payload = rest[size..bytes];
        if ((kind == RecordKind.Iocbs ? known?.In : known?.Out) is { } name)
        {
            Lines.Struct(Struct(name.Value), payload, at + size, "    ");
        }
        else if (!payload.IsEmpty)
        {
            Lines.Bytes(payload, at + size, "    payload");
        }

        var padded = (bytes + (int)Aio2.Align - 1) / (int)Aio2.Align * (int)Aio2.Align;
        if (padded > bytes)
        {
            Lines.Bytes(rest[bytes..padded], at + bytes, "  padding");
        }

        return padded;
    }
}
