using System.Text;
using AioV2.Spec.Model;

namespace AioV2.Spec.Generate.Syzlang;

/// <summary>The records: an iocb for each operation with the attributes that fit it, and an event with returns.</summary>
internal sealed class SyzlangRecords(SyzlangParts parts)
{
    private static readonly string[] Poll =
        ["POLLIN", "POLLPRI", "POLLOUT", "POLLERR", "POLLHUP", "POLLNVAL", "POLLRDNORM", "POLLRDBAND", "POLLWRNORM", "POLLWRBAND", "POLLMSG", "POLLRDHUP"];

    public string Generate()
    {
        var spec = parts.Spec;
        var text = new StringBuilder();
        text.Append(Union("aio2_iocb", spec.Ops.Select(op => (Lower(op), $"aio2_iocb_{Lower(op)}")), true));
        foreach (var op in spec.Ops)
            text.Append('\n').Append(Iocb(op)).Append('\n').Append(Attributes(op));
        text.Append('\n').Append(Framed("attr", "aio2_attr", "an attribute"));
        text.Append('\n').Append(Extended("io_event2", "returns", "aio2_return"));
        text.Append('\n').Append(Union("aio2_return", spec.Attrs.Select(a => (Lower(a), Tlv("ret", a, a.Out))).Append(("any", "aio2_ret_t[int16, array[int8]]")), true));
        text.Append('\n').Append(Framed("ret", "aio2_attr_ret", "a return"));
        text.Append('\n').Append(Segment());
        return text.Append('\n').Append(Syscall()).ToString();
    }

    private string Iocb(OpDef op)
    {
        var definition = parts.Definition("iocb2");
        var uses = op.Uses.Select(u => u.Value).ToHashSet();
        var text = new StringBuilder($"aio2_iocb_{Lower(op)} {{\n");
        foreach (var field in definition.Fields)
        {
            var number = SyzlangStructs.Int(field.Type.Scalar);
            var type = field.Name switch
            {
                "opcode" => $"const[{parts.Spec.Opcodes.Prefix}{op.Name}, {number}]",
                "flags" => Flags("iocb_flags", parts.Spec.Group("iocb_flags")?.Prefix, op, op.IocbFlags, number),
                "bytes" or "user_data" => SyzlangStructs.Field(parts, definition, field),
                _ when !uses.Contains(field.Name) => $"const[0, {number}]",
                "rw_flags" => Flags("rw_flags", parts.Spec.RwFlags.Prefix, op, op.RwFlags, number),
                "addr" => Address(op),
                "len" => Length(op, uses),
                "offset" => "aio2_offset",
                _ => SyzlangStructs.Field(parts, definition, field),
            };
            text.Append($"\t{field.Name}\t{type}\n");
        }
        return text.Append($"\tattrs\tarray[aio2_attrs_{Lower(op)}]\n}}\n").ToString();
    }

    private string Flags(string name, string? prefix, OpDef op, IReadOnlyList<SpecName> takes, string number) => takes.Count == 0
        ? $"const[0, {number}]"
        : $"flags[{parts.List($"aio2_{name}_{Lower(op)}", takes.Select(flag => prefix + flag.Value))}, {number}]";

    private static string Address(OpDef op) => op switch
    {
        { Name: "SYSCALL" } => "ptr64[in, aio2_syscall]",
        { Vectored: true } => $"ptr64[in, array[aio2_vec[{(op.Direction == "read" ? "out" : "in")}]]]",
        { Direction: "read" } => "ptr64[out, array[int8]]",
        { Direction: "write" } => "ptr64[in, array[int8]]",
        _ => "ptr64[inout, array[int8]]",
    };

    private string Length(OpDef op, HashSet<string> uses) => op switch
    {
        { Name: "POLL" } => $"flags[{parts.List("aio2_poll_events", Poll)}, int64]",
        { Vectored: true } => "len[addr, int64]",
        _ => uses.Contains("addr") ? "bytesize[addr, int64]" : "int64",
    };

    private string Attributes(OpDef op)
    {
        var fit = parts.Spec.Attrs.Where(a => a.Opcodes is null || a.Opcodes.Any(o => o.Value == op.Name));
        return Union($"aio2_attrs_{Lower(op)}", fit.Select(a => (Lower(a), Tlv("attr", a, a.In))).Append(("any", "aio2_attr_t[int16, array[int8]]")), true);
    }

    private string Tlv(string kind, AttrDef attribute, SpecName? payload) =>
        $"aio2_{kind}_t[const[{parts.Spec.Attributes.Prefix}{attribute.Name}, int16], {(payload is { } name ? parts.Struct(name.Value) : "void")}]";

    /// <summary>A head and its payload, and around them the padding that its count leaves out (ATTR-1).</summary>
    private string Framed(string kind, string head, string what)
    {
        var definition = parts.Definition(head);
        var text = new StringBuilder($"# The count of {what} excludes the padding behind it.\ntype aio2_{kind}_t[TYPE, PAYLOAD] {{\n\tbody\taio2_{kind}_body[TYPE, PAYLOAD]\n}} [align[8]]\n\ntype aio2_{kind}_body[TYPE, PAYLOAD] {{\n");
        foreach (var field in definition.Fields)
            text.Append($"\t{field.Name}\t{(field.Name == "type" ? "TYPE" : SyzlangStructs.Field(parts, definition, field))}\n");
        return text.Append("\tpayload\tPAYLOAD\n} [packed]\n").ToString();
    }

    private string Extended(string name, string behind, string element)
    {
        var text = SyzlangStructs.Struct(parts, parts.Definition(name));
        return text[..text.LastIndexOf('}')] + $"\t{behind}\tarray[{element}]\n}}\n";
    }

    private string Segment()
    {
        _ = parts.Definition("aio2_vec");
        return "type aio2_vec[DIR] {\n\tbase\tptr64[DIR, array[int8]]\n\tlen\tbytesize[base, int64]\n}\n\n"
            + Union("aio2_offset", [("position", "const[0xffffffffffffffff, int64]"), ("at", "fileoff[int64]")], false);
    }

    private string Syscall()
    {
        var args = parts.Definition("aio2_syscall").Fields.Single(f => f.Name == "args").Type.Count;
        return $"aio2_syscall {{\n\tnr\tflags[{parts.List(parts.Spec.Syscalls)}, int64]\n\targs\tarray[aio2_syscall_arg, {args}]\n}}\n\n"
            + Union("aio2_syscall_arg", [("value", "int64"), ("fd", "aio2_fd64"), ("path", "ptr64[in, filename]"), ("source", "ptr64[in, array[int8]]"), ("target", "ptr64[out, array[int8]]")], false)
            + "\n# A descriptor as an argument of 64 bits on a little-endian machine.\naio2_fd64 {\n\tfd\tfd\n\tpad\tconst[0, int32]\n}\n";
    }

    private static string Union(string name, IEnumerable<(string Name, string Type)> options, bool varies) =>
        $"{name} [\n{string.Concat(options.Select(o => $"\t{o.Name}\t{o.Type}\n"))}]{(varies ? " [varlen]" : "")}\n";

    private static string Lower(ValueDef value) => value.Name.ToLowerInvariant();
}
