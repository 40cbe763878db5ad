using System.Xml.Linq;

namespace AioV2.House.Tests;

/// <summary>Who may know whom: section 2 of the design.</summary>
public sealed class ReferenceTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Abi"] = [],
        ["Spec"] = [],
        ["Attributes"] = ["Abi"],
        ["Kernel"] = ["Abi", "Attributes"],
        ["UserLib"] = ["Abi", "Attributes"],
        ["Conformance"] = ["Abi", "Attributes"],
    };

    private static readonly Dictionary<string, string[]> Packages = new()
    {
        ["Abi"] = ["System.Memory"],
        ["Spec"] = ["YamlDotNet"],
        ["Attributes"] = ["System.Memory"],
        ["Kernel"] = [],
        ["UserLib"] = [],
        ["Conformance"] = ["FsCheck", "FSharp.Core"],
    };

    /// <summary>Composition roots: they may reference everything.</summary>
    private static readonly string[] Roots = ["Cli", "Native", "bench", "tests", "samples"];

    public static TheoryData<string> Bound => [.. Allowed.Keys];

    [Theory, MemberData(nameof(Bound))]
    public void A_project_references_only_what_it_may(string name)
    {
        var project = Assert.Single(Tree.Projects, path => path == $"{name}/{name}.csproj");
        var items = XDocument.Load(Path.Combine(Tree.Root, project)).Descendants();

        Assert.Empty(items.Where(e => e.Name == "ProjectReference").Select(Target).Except(Allowed[name]));
        Assert.Empty(items.Where(e => e.Name == "PackageReference").Select(e => e.Attribute("Include")!.Value).Except(Packages[name]));
        Assert.Empty(items.Where(e => e.Name.LocalName == "Reference"));
        Assert.DoesNotContain(items, e => e.Name == "Import" && e.Attribute("Project")!.Value.Contains("..", StringComparison.Ordinal));
        Assert.DoesNotContain(items, e => e.Name == "Compile" && e.Attribute("Include")?.Value.Contains("..", StringComparison.Ordinal) == true);
    }

    [Fact]
    public void Every_project_is_bound_or_a_composition_root() => Assert.All(Tree.Projects, path =>
    {
        var folder = path.Split('/')[0];
        Assert.True(Allowed.ContainsKey(folder) || Roots.Contains(folder), $"{path}: design section 2 knows no folder '{folder}'");
    });

    [Theory, InlineData("UserLib"), InlineData("Conformance"), InlineData("Abi"), InlineData("Attributes"), InlineData("Spec")]
    public void No_source_names_the_kernel_that_it_may_not_see(string name) =>
        Assert.Empty(Tree.Sources.Where(path => path.StartsWith(name + "/", StringComparison.Ordinal))
            .Where(path => Tree.Lines(path).Any(line => line.Contains("AioV2.Kernel", StringComparison.Ordinal) && !line.TrimStart().StartsWith("//", StringComparison.Ordinal))));

    private static string Target(XElement reference) => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/'));
}
