using static AioV2.Spec.Parse.KeyRule;

namespace AioV2.Spec.Parse;

/// <summary>The language of <c>aio2.yaml</c>: which mappings there are and which keys they take.</summary>
internal static class SpecRules
{
    public static readonly MapRule Header = new("spec",
        Must("name", KeyForm.Lower), Must("title", KeyForm.Text), Must("abi_version", KeyForm.Number), Must("license", KeyForm.Text));

    public static readonly MapRule Allow = new("lint",
        Must("allow", KeyForm.LintRule), Must("why", KeyForm.Text));

    public static readonly MapRule Constant = new("constant",
        Must("name", KeyForm.Macro), Must("type", KeyForm.ScalarType), Must("value", KeyForm.Number),
        Must("doc", KeyForm.Text), May("requirement", KeyForm.Requirement));

    public static readonly MapRule FlagValue = new("value",
        Must("name", KeyForm.Upper), May("bit", KeyForm.Number), May("value", KeyForm.Number),
        Must("doc", KeyForm.Text), May("requirement", KeyForm.Requirement));

    public static readonly MapRule Group = new("group",
        Must("name", KeyForm.Lower), Must("prefix", KeyForm.Prefix), Must("csharp", KeyForm.Pascal),
        Must("type", KeyForm.ScalarType), Must("kind", KeyForm.Choice("flags", "enum")), Must("unknown", KeyForm.Text),
        Must("doc", KeyForm.Text), Maps("values", FlagValue), MayMaps("lint", Allow));

    public static readonly MapRule PlainGroup = new("plain_group",
        Must("prefix", KeyForm.Prefix), Must("csharp", KeyForm.Pascal), May("unknown", KeyForm.Text), Must("doc", KeyForm.Text),
        Maps("values", FlagValue), MayMaps("lint", Allow));

    public static readonly MapRule Field = new("field",
        Must("name", KeyForm.Lower), Must("type", KeyForm.FieldType), May("reserved", KeyForm.Bool),
        May("dir", KeyForm.Choice("in", "out", "inout")), May("line", KeyForm.Choice("constants", "kernel", "user")),
        Must("doc", KeyForm.Text), May("requirement", KeyForm.Requirement), MayMaps("lint", Allow));

    public static readonly MapRule Struct = new("struct",
        Must("name", KeyForm.Lower), Must("size", KeyForm.Number), May("first_size", KeyForm.Number),
        Must("grows", KeyForm.Choice("append", "never")), May("record", KeyForm.Lower), May("size_field", KeyForm.Lower),
        May("magic", KeyForm.Bool), Must("doc", KeyForm.Text), Must("requirement", KeyForm.Requirement), Maps("fields", Field),
        MayMaps("lint", Allow));

    public static readonly MapRule Op = new("opcode",
        Must("name", KeyForm.Upper), Must("value", KeyForm.Number), Must("direction", KeyForm.Choice("none", "read", "write")),
        May("vectored", KeyForm.Bool), Must("uses", KeyForm.LowerNames), May("iocb_flags", KeyForm.UpperNames),
        May("rw_flags", KeyForm.UpperNames), Must("doc", KeyForm.Text), May("requirement", KeyForm.Requirement));

    public static readonly MapRule Opcodes = new("opcodes",
        Must("prefix", KeyForm.Prefix), Must("csharp", KeyForm.Pascal), Must("doc", KeyForm.Text),
        Must("requirement", KeyForm.Requirement), Maps("values", Op));

    public static readonly MapRule Attr = new("attribute",
        Must("name", KeyForm.Upper), Must("value", KeyForm.Number), May("in", KeyForm.Lower), May("out", KeyForm.Lower),
        Must("opcodes", KeyForm.AllOrNames), May("feature", KeyForm.Upper), Must("doc", KeyForm.Text),
        May("requirement", KeyForm.Requirement));

    public static readonly MapRule Attributes = new("attributes",
        Must("prefix", KeyForm.Prefix), Must("csharp", KeyForm.Pascal), Must("doc", KeyForm.Text),
        Must("requirement", KeyForm.Requirement), Must("driver_base", KeyForm.Number), Maps("values", Attr));

    public static readonly MapRule Reason = new("reason",
        Must("name", KeyForm.Upper), Must("value", KeyForm.Number), Must("errno", KeyForm.ErrnoOrZero), Must("text", KeyForm.Text));

    public static readonly MapRule Reasons = new("reasons",
        Must("prefix", KeyForm.Prefix), Must("csharp", KeyForm.Pascal), Must("doc", KeyForm.Text),
        Must("requirement", KeyForm.Requirement), Maps("values", Reason));

    public static readonly MapRule Errno = new("errno",
        Must("name", KeyForm.Errno), Must("value", KeyForm.Number), Must("text", KeyForm.Text));

    public static readonly MapRule Errnos = new("errnos", Must("csharp", KeyForm.Pascal), Maps("values", Errno));

    public static readonly MapRule Arg = new("arg",
        Must("name", KeyForm.Lower), Must("type", KeyForm.ArgType), Must("doc", KeyForm.Text), MayMaps("lint", Allow));

    public static readonly MapRule CallError = new("error",
        Must("errno", KeyForm.Errno), Must("when", KeyForm.Text), Must("requirement", KeyForm.Requirement));

    public static readonly MapRule Call = new("call",
        Must("name", KeyForm.Lower), Must("csharp", KeyForm.Pascal), Must("doc", KeyForm.Text), Maps("args", Arg),
        Must("returns", KeyForm.Text), Maps("errors", CallError), MayMaps("lint", Allow));

    public static readonly MapRule Requirement = new("requirement",
        Must("id", KeyForm.Requirement), Must("title", KeyForm.Text));

    public static readonly MapRule TraceField = new("trace_field",
        Must("name", KeyForm.Lower), Must("type", KeyForm.Choice("u64", "s64", "bytes", "text", "schema")), Must("doc", KeyForm.Text));

    public static readonly MapRule TraceRecord = new("trace_record",
        Must("name", KeyForm.Upper), Must("value", KeyForm.Number), Must("doc", KeyForm.Text), Maps("fields", TraceField));

    public static readonly MapRule Trace = new("trace",
        Must("format", KeyForm.Text), Must("version", KeyForm.Number), Must("csharp", KeyForm.Pascal), Must("doc", KeyForm.Text),
        Maps("records", TraceRecord));

    /// <summary>The whole file.</summary>
    public static readonly MapRule Root = new("file",
        Map("spec", Header), Maps("constants", Constant), Maps("groups", Group), Map("syscalls", PlainGroup),
        Map("rw_flags", PlainGroup), Maps("structs", Struct), Map("opcodes", Opcodes), Map("attributes", Attributes),
        Map("reasons", Reasons), Map("errnos", Errnos), Maps("calls", Call), MayMap("trace", Trace),
        Maps("requirements", Requirement));

    /// <summary>Every rule, the innermost first.</summary>
    public static IReadOnlyList<MapRule> All =>
        [Header, Allow, Constant, FlagValue, Group, PlainGroup, Field, Struct, Op, Opcodes, Attr, Attributes, Reason, Reasons,
         Errno, Errnos, Arg, CallError, Call, TraceField, TraceRecord, Trace, Requirement, Root];
}
