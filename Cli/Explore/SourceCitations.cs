using System.Text.RegularExpressions;
using AioV2.Spec.Generate;

namespace AioV2.Cli.Explore;

/// <summary>Where the sources name which requirement, looked up in the files as they stand.</summary>
internal static partial class SourceCitations
{
    private const string Tests = "tests/", Suite = "Conformance/";

    private static readonly string[] Kinds = [".cs", ".c", ".h", ".sh", ".pml", ".py", ".cc"];

    /// <summary>What no person wrote: what is built, what is generated.</summary>
    private static readonly string[] Passed = ["bin", "obj", "artifacts", "packages", "node_modules", "Generated", "include"];

    /// <summary>Every citation below a folder, by id, in the order of paths and lines.</summary>
    /// <param name="root">The folder with <c>AioV2.sln</c>.</param>
    /// <param name="ids">The ids that the spec has; others are no citations.</param>
    /// <exception cref="CliException">That is no such folder.</exception>
    public static ILookup<string, Citation> In(string root, IReadOnlySet<string> ids)
    {
        if (!File.Exists(Path.Combine(root, SpecGenerators.DocumentPath)))
        {
            throw new CliException($"{root} holds no {SpecGenerators.DocumentPath}: --source names the folder of the sources");
        }

        return Files(new DirectoryInfo(root), "").AsParallel().AsOrdered()
            .SelectMany(path => Read(path, File.ReadAllText(Path.Combine(root, path)), ids)).ToLookup(found => found.Id, found => found.Citation);
    }

    private static IEnumerable<string> Files(DirectoryInfo folder, string path)
    {
        foreach (var file in folder.EnumerateFiles().Where(f => Kinds.Contains(f.Extension)).OrderBy(f => f.Name, StringComparer.Ordinal))
        {
            yield return path + file.Name;
        }

        foreach (var inner in folder.EnumerateDirectories().Where(d => d.LinkTarget is null && d.Name[0] != '.' && !Passed.Contains(d.Name)).OrderBy(d => d.Name, StringComparer.Ordinal))
        {
            foreach (var file in Files(inner, $"{path}{inner.Name}/"))
            {
                yield return file;
            }
        }
    }

    private static IEnumerable<(string Id, Citation Citation)> Read(string path, string text, IReadOnlySet<string> ids)
    {
        var kind = path.StartsWith(Tests, StringComparison.Ordinal) ? CitationKind.Test : path.StartsWith(Suite, StringComparison.Ordinal) ? CitationKind.Check : CitationKind.Code;
        var (line, counted) = (1, 0);
        foreach (Match match in Id().Matches(text))
        {
            if (!ids.Contains(match.Value))
            {
                continue;
            }

            line += text.AsSpan(counted, match.Index - counted).Count('\n');
            counted = match.Index;
            var test = kind == CitationKind.Test ? Test(text, match.Index) : null;

            // What a test of C# says beside its attributes proves nothing.
            if (kind != CitationKind.Test || test is not null || !path.EndsWith(".cs", StringComparison.Ordinal))
            {
                yield return (match.Value, new Citation(path, line, kind, test));
            }
        }
    }

    // An attribute of a method or a class: what it stands on is the first declaration behind it.
    private static string? Test(string text, int at)
    {
        var start = text.LastIndexOf('\n', at) + 1;
        var before = text.AsSpan(start, at - start).TrimStart();
        return before.StartsWith("[") && before.Contains("Requirement(\"", StringComparison.Ordinal) && Declared().Match(text, at) is { Success: true } found
            ? found.Groups["name"].Value : null;
    }

    [GeneratedRegex(@"\b[A-Z]{3,7}-[1-9][0-9]?\b")]
    private static partial Regex Id();

    [GeneratedRegex(@"^\s*public [\w<>\[\], ?]*?\b(class (?<name>\w+)|(?<name>\w+)\()", RegexOptions.Multiline)]
    private static partial Regex Declared();
}
