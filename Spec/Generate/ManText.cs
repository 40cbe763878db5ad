using System.Text;
using System.Text.RegularExpressions;

namespace AioV2.Spec.Generate;

/// <summary>Text for <c>man(7)</c>: what roff would take for itself is escaped, lines are short and never begin with a control character.</summary>
internal static partial class ManText
{
    private const int Columns = 78;

    /// <summary>The head of a page. No date: the same spec gives the same page on any day.</summary>
    public static string Head(string name, int section) =>
        $".\\\" Generated from Spec/aio2.yaml and io_setup2.md by `dotnet run --project Spec`; do not edit.\n.TH {name} {section} \"\" \"AIO v2\" \"AIO v2 Programmer\\(aqs Manual\"\n";

    public static string Section(string title) => $".SH {title}\n";

    public static string Subsection(string title) => $".SS {title}\n";

    /// <summary>A tagged paragraph: the tag in bold.</summary>
    public static string Item(string tag, string text) => $".TP\n.B {Literal(tag)}\n{Paragraph(text)}";

    /// <summary>Lines as they are, indented, in a fixed font.</summary>
    public static string Verbatim(string code) =>
        ".PP\n.RS 4\n.nf\n" + string.Concat(code.TrimEnd('\n').Split('\n').Select(line => Guard(Literal(line.Replace("\t", "    "))) + "\n")) + ".fi\n.RE\n";

    /// <summary>Running text with the document's marks: code and strong in bold, emphasis in italics, links as their text.</summary>
    public static string Paragraph(string markdown)
    {
        var marked = Mark().Replace(Link().Replace(markdown, "$1"), match =>
            match.Groups["code"].Success ? $"\u0001B{match.Groups["code"].Value}\u0002"
            : match.Groups["strong"].Success ? $"\u0001B{match.Groups["strong"].Value}\u0002"
            : $"\u0001I{match.Groups["em"].Value}\u0002").Replace("\\*", "*");
        return Fill(Prose(marked).Replace("\u0001", "\\f").Replace("\u0002", "\\fP"));
    }

    /// <summary>Code: every character stands for itself.</summary>
    public static string Literal(string code) =>
        code.Replace("\\", "\\e").Replace("-", "\\-").Replace("'", "\\(aq").Replace("`", "\\(ga").Replace("^", "\\(ha").Replace("~", "\\(ti").Replace("\"", "\\(dq");

    // A hyphen within a word stays one; before a number or a name it is a minus.
    private static string Prose(string text) =>
        Minus().Replace(text.Replace("\\", "\\e"), "$1\\-").Replace("^", "\\(ha").Replace("~", "\\(ti");

    private static string Fill(string text)
    {
        var (result, line) = (new StringBuilder(), new StringBuilder());
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > Columns)
            {
                result.Append(Guard(line.ToString())).Append('\n');
                line.Clear();
            }
            line.Append(line.Length > 0 ? " " : "").Append(word);
        }
        return result.Append(Guard(line.ToString())).Append('\n').ToString();
    }

    private static string Guard(string line) => line.StartsWith('.') || line.StartsWith('\'') ? "\\&" + line : line;

    [GeneratedRegex(@"`(?<code>[^`]+)`|\*\*(?<strong>[^*]+)\*\*|(?<![\\\w])\*(?<em>[^*\s][^*]*)(?<!\\)\*")]
    private static partial Regex Mark();

    [GeneratedRegex(@"\[([^\]]+)\]\([^)]+\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"(^|[^\w])-(?=\w)")]
    private static partial Regex Minus();
}
