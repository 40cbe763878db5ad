using System.Text;
using AioV2.Spec.Model;

namespace AioV2.Spec.Generate;

/// <summary>Replaces the generated regions of a document and leaves the prose between them alone.</summary>
/// <remarks>
/// A region lies between <c>&lt;!-- generated: NAME (…) --&gt;</c> and <c>&lt;!-- end: NAME --&gt;</c>, each alone on its line.
/// </remarks>
public static class MarkdownRegions
{
    private const string Begin = "<!-- generated: ";
    private const string End = "<!-- end: ";
    private const string Close = " -->";

    /// <summary>The line that opens a region.</summary>
    public static string BeginLine(string name) => $"{Begin}{name} (from Spec/aio2.yaml by `dotnet run --project Spec`; do not edit){Close}";

    /// <summary>The line that closes a region.</summary>
    public static string EndLine(string name) => $"{End}{name}{Close}";

    /// <summary>The document with every region made anew.</summary>
    /// <param name="document">The text as it is; lines end in <c>\n</c>.</param>
    /// <param name="file">Its name, for errors.</param>
    /// <param name="regions">The regions it must have, each once.</param>
    /// <param name="generate">The new text of a region.</param>
    /// <exception cref="SpecException">A region is missing, unknown, there twice, or not closed.</exception>
    public static string Update(string document, string file, IReadOnlyList<string> regions, Func<string, string> generate)
    {
        var result = new StringBuilder();
        var seen = new HashSet<string>();
        string? open = null;
        var (line, opened) = (0, 0);
        foreach (var text in document.Split('\n'))
        {
            line++;
            if (text.StartsWith(Begin, StringComparison.Ordinal))
            {
                var name = text[Begin.Length..].Split(' ')[0];
                if (open is not null)
                    throw Error(file, line, $"expected '{EndLine(open)}' before the next region");
                if (!regions.Contains(name))
                    throw Error(file, line, $"expected one of the regions {string.Join(", ", regions)}, found '{name}'");
                if (!seen.Add(name))
                    throw Error(file, line, $"expected the region '{name}' once, found it again");
                (open, opened) = (name, line);
                result.Append(BeginLine(name)).Append("\n\n").Append(generate(name)).Append('\n');
            }
            else if (text.StartsWith(End, StringComparison.Ordinal))
            {
                if (open is null || text != EndLine(open))
                    throw Error(file, line, open is null ? "expected a region to be open here" : $"expected '{EndLine(open)}'");
                open = null;
                result.Append(text).Append('\n');
            }
            else if (open is null)
            {
                result.Append(text).Append('\n');
            }
        }
        if (open is not null)
            throw Error(file, opened, $"expected '{EndLine(open)}' behind this line");
        if (regions.FirstOrDefault(name => !seen.Contains(name)) is { } missing)
            throw Error(file, line, $"expected the region '{missing}': {BeginLine(missing)}");
        return result.ToString(0, result.Length - 1);
    }

    private static SpecException Error(string file, int line, string message) =>
        new([new SpecError(file, new SpecPosition(line, 1), message)]);
}
