using System.Text.RegularExpressions;

namespace AioV2.House.Tests;

/// <summary>How files look: <c>CONTRIBUTING.md</c>.</summary>
public sealed partial class FileTests
{
    private const int MaxLines = 450;

    /// <summary>Holds the types of the package whose place it takes.</summary>
    private const string Package = "MessagePack/MessagePack.cs";

    /// <summary>Longer files, each with its reason.</summary>
    private static readonly Dictionary<string, string> Long = new()
    {
        ["Spec/aio2.yaml"] = "the only source: one file is what a designer changes",
        ["io_setup2.md"] = "the ABI document: one page to search in",
        ["AioV2.sln"] = "written by the SDK",
        [Package] = "one file stands for a package, so that deleting it makes room for that",
    };

    [Fact]
    public void A_file_is_short_enough_to_read() => Assert.Empty(Tree.TextFiles
        .Where(path => !Long.ContainsKey(path) && !Tree.IsGenerated(path) && Tree.Lines(path).Length > MaxLines)
        .Select(path => $"{path}: {Tree.Lines(path).Length} lines"));

    [Fact]
    public void The_list_of_long_files_holds_no_short_one() => Assert.Empty(Long.Keys.Where(path => Tree.Files.Contains(path) && path != "AioV2.sln" && Tree.Lines(path).Length <= MaxLines));

    [Fact]
    public void A_file_is_named_after_a_noun_of_the_domain() =>
        Assert.Empty(Tree.Files.Where(path => Vague().IsMatch(Path.GetFileNameWithoutExtension(path)) || path.Split('/').Any(part => Vague().IsMatch(part))));

    [Fact]
    public void A_type_stands_in_the_file_of_its_name() => Assert.Empty(Tree.Sources
        .Where(path => !Tree.IsGenerated(path) && !path.Contains("Polyfill", StringComparison.Ordinal) && path != Package)
        .Where(path => Types().Matches(Tree.Read(path)) is { Count: > 0 } types
            && !types.Any(type => type.Groups["name"].Value == Path.GetFileName(path).Split('.')[0])));

    [Fact]
    public void Generated_files_say_so_and_nothing_else_does()
    {
        var places = Tree.Files.Where(path => path.Contains("/Generated/", StringComparison.Ordinal) || path.EndsWith(".g.cs", StringComparison.Ordinal)
            || path.StartsWith("Spec/include/", StringComparison.Ordinal) || path == "Spec/aio2.schema.json").ToList();

        Assert.NotEmpty(places);
        Assert.All(places, path => Assert.True(Tree.Lines(path).Take(2).Any(l => l.Contains("Generated from", StringComparison.Ordinal)), $"{path} does not say in its first lines that it is generated"));
        Assert.All(places.Where(path => path.EndsWith(".cs", StringComparison.Ordinal)), path => Assert.Contains("Generated from", Tree.Lines(path)[0]));
    }

    [Fact]
    public void Namespaces_are_file_scoped() =>
        Assert.Empty(Tree.Sources.Where(path => Tree.Lines(path).Any(line => BlockNamespace().IsMatch(line))));

    [Fact]
    public void Text_ends_in_one_line_feed_and_has_no_trailing_spaces() => Assert.Empty(Tree.TextFiles
        .Where(path => !path.EndsWith(".sln", StringComparison.Ordinal))
        .Where(path => Tree.Read(path) is var text && (text.Contains('\r') || !text.EndsWith('\n') || text.EndsWith("\n\n", StringComparison.Ordinal) || TrailingSpace().IsMatch(text))));

    [GeneratedRegex("(Utils?|Utilit(y|ies)|Helpers?|Common|Managers?|Misc)$", RegexOptions.IgnoreCase)]
    private static partial Regex Vague();

    [GeneratedRegex(@"^(public|internal|file)\s+[\w\s]*?\b(class|struct|interface|enum|record struct|record class|record|delegate)\s+(?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex Types();

    [GeneratedRegex(@"^namespace [\w.]+\s*$")]
    private static partial Regex BlockNamespace();

    [GeneratedRegex(@"[ \t]+$", RegexOptions.Multiline)]
    private static partial Regex TrailingSpace();
}
