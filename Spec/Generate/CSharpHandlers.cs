using System.Text;
using AioV2.Spec.Model;
using static AioV2.Spec.Generate.CSharpText;

namespace AioV2.Spec.Generate;

/// <summary><c>AttributeHandlers.g.cs</c>: the kernel's handler for each attribute, found by its name: TRACE_ID is handled by
/// <c>TraceIdHandler</c>.</summary>
internal static class CSharpHandlers
{
    public static string Generate(SpecDocument spec)
    {
        var text = new StringBuilder(Marker).Append(Namespace("Kernel", "Attributes"));
        text.Append("internal static partial class AttributeHandlers\n{\n");
        text.Append("    private static AttributeHandler[] OfTheSpec() =>\n    [\n");
        foreach (var attribute in spec.Attrs)
            text.Append($"        new {Pascal(attribute.Name)}Handler(),\n");
        return text.Append("    ];\n}\n").ToString();
    }
}
