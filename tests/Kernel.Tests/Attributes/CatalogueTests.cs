using System.Text.RegularExpressions;
using AioV2.Abi;
using AioV2.Kernel.Attributes;

namespace AioV2.Kernel.Tests.Attributes;

/// <summary>An attribute is one entry of the spec, one handler class and one test file, and nothing else
/// (docs/adding-an-attribute.md).</summary>
public sealed partial class CatalogueTests
{
    public static TheoryData<string> Names => [.. Aio2Catalog.Attributes.Select(a => a.Name)];

    private static string Root
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(folder!.FullName, "AioV2.sln")))
            {
                folder = folder.Parent;
            }

            return folder.FullName;
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void Each_has_one_handler_of_its_name_and_one_test_file_of_the_laws(string name)
    {
        var pascal = Pascal(name);
        Assert.Single(Sources("Kernel"), path => Path.GetFileName(path) == $"{pascal}Handler.cs");
        Assert.Single(Sources("tests/Kernel.Tests/Attributes"), path => Path.GetFileName(path) == $"{pascal}Tests.cs");

        var laws = typeof(CatalogueTests).Assembly.GetType($"AioV2.Kernel.Tests.Attributes.{pascal}Tests");
        Assert.True(laws is { IsSealed: true } && laws.IsSubclassOf(typeof(AttributeLaws)), $"{pascal}Tests does not derive from AttributeLaws");
    }

    [Fact]
    public void The_table_holds_the_whole_catalogue_and_each_handler_is_in_it_once()
    {
        Assert.Equal(Aio2Catalog.Attributes.Select(a => a.Type), AttributeHandlers.All.Select(h => h.Info.Type));
        Assert.Equal(Aio2Catalog.Attributes.Select(a => $"{Pascal(a.Name)}Handler"), AttributeHandlers.All.Select(h => h.GetType().Name));

        var classes = typeof(AttributeHandler).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(AttributeHandler)));
        Assert.Equal(AttributeHandlers.All.Length, classes.Count());
    }

    [Fact]
    public void Nothing_else_in_the_kernel_names_an_attribute()
    {
        // PI alone has a device below it, which reads its payload.
        foreach (var path in Sources("Kernel").Where(path => !path.Contains("/Generated/", StringComparison.Ordinal)))
        {
            var named = NamedType().Matches(File.ReadAllText(path)).Select(match => match.Groups[1].Value).Distinct().Where(n => n != "Pi");
            Assert.All(named, pascal => Assert.Equal($"{pascal}Handler.cs", Path.GetFileName(path)));
        }
    }

    private static string Pascal(string name) =>
        string.Concat(name.Split('_').Select(part => part[..1] + part[1..].ToLowerInvariant()));

    private static IEnumerable<string> Sources(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories);

    [GeneratedRegex(@"Aio2(?:AttrType\.|(?:Attr|Ret)(?!Type|Flags|Ret\b))(\w+)")]
    private static partial Regex NamedType();
}
