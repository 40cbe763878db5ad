using System.Text;
using AioV2.Spec.Layout;
using AioV2.Spec.Model;
using static AioV2.Spec.Generate.CText;

namespace AioV2.Spec.Generate;

/// <summary><c>linux/aio2_abi.h</c>: constants and structs for C and C++, as a kernel would export them (ABI-1, ABI-2).</summary>
internal static class CHeader
{
    public static string Generate(SpecDocument spec)
    {
        var text = new StringBuilder(Header(spec));
        text.Append("#ifndef _UAPI_LINUX_AIO2_ABI_H\n#define _UAPI_LINUX_AIO2_ABI_H\n\n#include <linux/types.h>\n\n");
        text.Append(Comment("Kernel headers before 6.12 lack it"));
        text.Append("#ifndef __aligned_s64\n#define __aligned_s64 __s64 __attribute__((aligned(8)))\n#endif\n\n");
        text.Append(Comment("A context's id: narrower than any register, never an address"));
        text.Append("typedef __u32 aio2_context_t;\n\n");
        foreach (var constant in spec.Constants)
        {
            text.Append(Comment(Doc(constant.Doc, constant.Requirement)));
            text.Append(Define(constant.Name, Literal(constant.Value, constant.Type, constant.Name.EndsWith("MAGIC", StringComparison.Ordinal))));
        }
        foreach (var group in spec.AllGroups)
            Group(text, group);
        text.Append('\n').Append(Comment("Attribute types from here up are the drivers' own (ATTR-5)"));
        text.Append(Define(spec.Attributes.Prefix + "DRIVER_BASE", Literal(spec.DriverBase, ScalarType.U16, true)));
        foreach (var definition in spec.Structs)
            Struct(text, StructLayout.Of(definition));
        return text.Append("\n#endif /* _UAPI_LINUX_AIO2_ABI_H */\n").ToString();
    }

    private static void Group(StringBuilder text, GroupDef group)
    {
        var unknown = group.Unknown is null ? "" : $"; unknown: {group.Unknown}";
        text.Append('\n').Append(Comment("---- " + Doc(group.Doc + unknown, group.Requirement)));
        foreach (var value in group.Values)
        {
            text.Append(Comment(Doc(value.Doc, value.Requirement)));
            text.Append(Define(group.Prefix + value.Name,
                group.Kind == GroupKind.Flags ? Bit(value.Value, group.Type) : Literal(value.Value, group.Type, false)));
        }
    }

    private static void Struct(StringBuilder text, StructLayout layout)
    {
        var definition = layout.Definition;
        text.Append("\n/**\n").Append(Wrap($"struct {definition.Name} - {definition.Doc}", " * ", " *   "));
        foreach (var field in definition.Fields)
            text.Append(Wrap($"@{field.Name}: {Doc(field.Doc, field.Requirement)}", " * ", " *   "));
        var growth = definition.Grows
            ? definition.FirstSize is { } first ? $"may grow behind its last field; first published with {first}" : "may grow behind its last field"
            : "never grows";
        text.Append(" *\n").Append(Wrap($"{layout.Size} bytes on every architecture; {growth}. {definition.Requirement} of io_setup2.md.", " * ", " * ")).Append(" */\n");
        text.Append($"struct {definition.Name} {{\n");
        foreach (var (field, _) in layout.Fields)
            text.Append($"\t{Declare(field)}\n");
        text.Append("};\n");
    }
}
