using System.Text;
using AioV2.Spec.Model;
using static AioV2.Spec.Generate.CSharpText;

namespace AioV2.Spec.Generate;

/// <summary><c>AttributePayload.g.cs</c>: which attribute a payload struct belongs to.</summary>
internal static class CSharpPayloads
{
    public static string Generate(SpecDocument spec)
    {
        var text = new StringBuilder(Marker).Append("using AioV2.Abi;\n\nnamespace AioV2.Attributes.Payloads;\n\n");
        text.Append(Summary("", "The attribute that a payload struct belongs to, known when T is compiled", "ATTR-7"));
        text.Append("public static class AttributePayload\n{\n");
        AppendMap(text, spec, "InputType", "The type of the attribute that takes a T, or 0 where none does", attribute => attribute.In);
        text.Append('\n');
        AppendMap(text, spec, "ReturnType", "The type of the attribute that returns a T, or 0 where none does", attribute => attribute.Out);
        return text.Append("}\n").ToString();
    }

    private static void AppendMap(StringBuilder text, SpecDocument spec, string method, string doc, Func<AttrDef, SpecName?> payload)
    {
        text.Append(Summary("    ", doc)).Append($"    public static ushort {method}<T>() where T : unmanaged =>\n");
        foreach (var attribute in spec.Attrs)
        {
            if (payload(attribute) is { } name)
                text.Append($"        typeof(T) == typeof({Pascal(name.Value)}) ? {spec.Attributes.CSharp}.{Pascal(attribute.Name)} :\n");
        }
        text.Append("        (ushort)0;\n");
    }
}
