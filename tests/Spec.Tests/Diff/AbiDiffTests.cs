using System.Text;
using System.Text.RegularExpressions;
using AioV2.Spec.Diff;
using AioV2.Spec.Generate;
using AioV2.Spec.Model;
using AioV2.Tests;

namespace AioV2.Spec.Tests.Diff;

/// <summary>
/// Both headers of a pair, compiled with debug information, and compared by <c>abidiff</c> of Debian's abigail-tools: it must
/// find the same structs, sizes, fields and calls changed as the diff of the specs, and nothing where that finds only what no
/// compiled header holds (values of macros, rules, errnos, words).
/// </summary>
public sealed partial class AbiDiffTests
{
    private static readonly Lazy<string> Old = new(() => Compile("base", SpecPair.Old));

    public static TheoryData<string> Titles => [.. SpecPair.All.Select(pair => pair.Title)];

    [Theory, MemberData(nameof(Titles)), Requirement("ABI-1", "ABI-4")]
    public void Abidiff_sees_the_same_changes_of_layouts_and_calls(string title)
    {
        var pair = SpecPair.All.Single(p => p.Title == title);

        var seen = AbiDiffReport.Parse(Run(Old.Value, Compile(pair.Slug, pair.New)));

        Assert.Equal(AbiFacts.Of(pair.Compare()).Order(), seen.Order());
    }

    /// <summary>The comparison above is worth something only if there is much to agree upon, and much that only the spec tells.</summary>
    [Fact]
    public void Some_pairs_show_in_a_compiled_header_and_some_do_not()
    {
        var visible = SpecPair.All.Count(pair => AbiFacts.Of(pair.Compare()).Count > 0);

        Assert.InRange(visible, 25, SpecPair.All.Count - 25);
    }

    private static string Run(string old, string @new) => Command.MustExit([0, 4, 12], "abidiff", "--harmless", "--no-show-locs", old, @new);

    private static string Compile(string name, SpecDocument spec)
    {
        var header = Repository.Artifact($"abidiff/{name}", "abi.h");
        var (source, library) = (Path.ChangeExtension(header, "c"), Path.ChangeExtension(header, "so"));
        File.WriteAllText(header, SpecGenerators.Header(spec));
        var text = new StringBuilder("#include <stddef.h>\n#include \"abi.h\"\n");
        foreach (var definition in spec.Structs)
            text.Append($"void take_{definition.Name}(struct {definition.Name} *it) {{ (void)it; }}\n");
        foreach (var call in spec.Calls)
            text.Append($"long {call.Name}({string.Join(", ", call.Args.Select(arg => $"{Integer().Replace(arg.Type, "__$0")} {arg.Name}"))}) {{ return 0; }}\n");
        File.WriteAllText(source, text.ToString());
        Command.MustSucceed("gcc", "-g", "-shared", "-fPIC", "-w", "-o", library, source);
        return library;
    }

    [GeneratedRegex(@"\bu(32|64)\b")]
    private static partial Regex Integer();
}
