using System.Text;
using AioV2.Spec.Model;
using static AioV2.Spec.Generate.CSharpText;

namespace AioV2.Spec.Generate;

/// <summary><c>Errno.g.cs</c>: the errnos by name.</summary>
internal static class CSharpErrno
{
    private const string Indent = "    ";

    public static string Generate(SpecDocument spec)
    {
        var text = new StringBuilder(Header);
        text.Append(Summary("", "errno values as positive numbers; across the ABI they are returned negative"));
        text.Append($"public static class {spec.ErrnoClass}\n{{\n");
        foreach (var errno in spec.Errnos)
            text.Append(Summary(Indent, errno.Text)).Append($"    public const int {errno.Name} = {errno.Value};\n");
        text.Append(Summary(Indent, "The symbolic name of a positive errno, or null where it is not one of the ABI's"));
        text.Append("    public static string? NameOf(int errno) => errno switch\n    {\n");
        foreach (var errno in spec.Errnos)
            text.Append($"        {errno.Name} => \"{errno.Name}\",\n");
        text.Append("        _ => null,\n    };\n\n");
        text.Append(Summary(Indent, "One line that says what a positive errno means"));
        text.Append("    public static string TextOf(int errno) => errno switch\n    {\n");
        foreach (var errno in spec.Errnos)
            text.Append($"        {errno.Name} => {Quoted(errno.Text)},\n");
        return text.Append("        _ => \"unknown error\",\n    };\n}\n").ToString();
    }
}
