using System.Text;
using AioV2.Spec.Model;
using static AioV2.Spec.Generate.CSharpText;

namespace AioV2.Spec.Generate;

/// <summary><c>Catalog.g.cs</c>: what the spec says of operations, attributes and requirements, as tables.</summary>
internal static class CSharpCatalog
{
    private const string Types = """
        /// <summary>Fields of an iocb that an operation may read (SUBMIT-3).</summary>
        [System.Flags]
        public enum IocbFields : byte
        {
            /// <summary>None of them.</summary>
            None = 0,

            /// <summary><c>fd</c>.</summary>
            Fd = 1,

            /// <summary><c>rw_flags</c>.</summary>
            RwFlags = 2,

            /// <summary><c>addr</c>.</summary>
            Addr = 4,

            /// <summary><c>len</c>.</summary>
            Len = 8,

            /// <summary><c>offset</c>.</summary>
            Offset = 16,
        }

        /// <summary>Which way an operation moves data.</summary>
        public enum DataDirection : byte
        {
            /// <summary>It moves none.</summary>
            None = 0,

            /// <summary>From the file to memory.</summary>
            Read = 1,

            /// <summary>From memory to the file.</summary>
            Write = 2,
        }

        /// <summary>What the spec says of one operation (SUBMIT-7).</summary>
        public readonly record struct OpInfo(ushort Opcode, string Name, DataDirection Direction, bool Vectored, IocbFields Uses, ushort IocbFlags, uint RwFlags);

        /// <summary>What the spec says of one attribute (ATTR-7): payload sizes in bytes, and the operations it fits as a mask.</summary>
        public readonly record struct AttrInfo(ushort Type, string Name, int InFirstSize, int InSize, int OutSize, ulong Opcodes, ulong Feature)
        {
            /// <summary>Whether the attribute fits an operation (ATTR-3).</summary>
            public bool Fits(ushort opcode) => opcode < 64 && (Opcodes >> opcode & 1) != 0;
        }

        /// <summary>One requirement of the design.</summary>
        public readonly record struct RequirementInfo(string Id, string Title);

        /// <summary>The spec's tables of operations, attributes and requirements.</summary>
        public static class Aio2Catalog
        {

        """;

    private const string LookUps = """
            ];

            /// <summary>The operation, or null where the opcode is unknown.</summary>
            public static OpInfo? Op(ushort opcode) => opcode < Ops.Length ? Ops[opcode] : null;

            /// <summary>The attribute, or null where the type is unknown.</summary>
            public static AttrInfo? Attribute(ushort type) => type - 1 < Attributes.Length && type != 0 ? Attributes[type - 1] : null;
        }

        """;

    public static string Generate(SpecDocument spec)
    {
        var text = new StringBuilder(Header).Append('\n').Append(Types);
        text.Append(Summary("    ", "Operations, indexed by opcode")).Append("    public static readonly OpInfo[] Ops =\n    [\n");
        foreach (var op in spec.Ops)
            text.Append($"        {Op(spec, op)},\n");
        text.Append("    ];\n\n").Append(Summary("    ", "Attributes; the one of type n stands at index n - 1"));
        text.Append("    public static readonly AttrInfo[] Attributes =\n    [\n");
        foreach (var attribute in spec.Attrs)
            text.Append($"        {Attribute(spec, attribute)},\n");
        text.Append("    ];\n\n").Append(Summary("    ", "Every requirement id, in the order of the design"));
        text.Append("    public static readonly RequirementInfo[] Requirements =\n    [\n");
        foreach (var requirement in spec.Requirements)
            text.Append($"        new(\"{requirement.Id}\", {Quoted(requirement.Title)}),\n");
        return text.Append(LookUps).ToString();
    }

    private static string Op(SpecDocument spec, OpDef op)
    {
        var iocbFlags = Mask(spec.Group("iocb_flags")!, op.IocbFlags);
        var rwFlags = Mask(spec.RwFlags, op.RwFlags);
        return $"new({op.Value}, \"{op.Name}\", DataDirection.{Pascal(op.Direction)}, {(op.Vectored ? "true" : "false")}, "
            + $"(IocbFields){IocbFields.Mask(op.Uses)}, 0x{iocbFlags:x}, 0x{rwFlags:x}u)";
    }

    private static string Attribute(SpecDocument spec, AttrDef attribute)
    {
        var payload = attribute.In is { } name ? spec.Struct(name.Value) : null;
        var returned = attribute.Out is { } result ? spec.Struct(result.Value) : null;
        var feature = attribute.Feature is { } flag ? Mask(spec.Group("features")!, [flag]) : 0;
        return $"new({attribute.Value}, \"{attribute.Name}\", {payload?.FirstSize ?? 0}, {payload?.Size ?? 0}, {returned?.Size ?? 0}, "
            + $"0x{Opcodes(spec, attribute):x}ul, 0x{feature:x}ul)";
    }

    /// <summary>Bit n: fits the operation with number n.</summary>
    private static ulong Opcodes(SpecDocument spec, AttrDef attribute) =>
        spec.Ops.Where(op => attribute.Opcodes is null || attribute.Opcodes.Any(name => name.Value == op.Name))
            .Aggregate(0ul, (mask, op) => mask | (1ul << (int)op.Value));

    private static ulong Mask(GroupDef group, IEnumerable<SpecName> names) =>
        names.Aggregate(0ul, (mask, name) => mask | group.Values.First(value => value.Name == name.Value).Value);
}
