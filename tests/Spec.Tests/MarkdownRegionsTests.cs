using AioV2.Spec.Generate;
using AioV2.Spec.Model;
using AioV2.Tests;

namespace AioV2.Spec.Tests;

[Requirement("ABI-3")]
public sealed class MarkdownRegionsTests
{
    private static readonly string[] Names = ["a", "b"];

    private static readonly string A = MarkdownRegions.BeginLine("a");
    private static readonly string B = MarkdownRegions.BeginLine("b");
    private static readonly string EndA = MarkdownRegions.EndLine("a");
    private static readonly string EndB = MarkdownRegions.EndLine("b");

    [Fact]
    public void The_prose_stays_and_the_regions_are_made_anew()
    {
        var document = $"one\n{A}\nold\n{EndA}\ntwo\n{B}\n{EndB}\nthree\n";

        var once = Update(document);

        Assert.Equal($"one\n{A}\n\nnew a\n\n{EndA}\ntwo\n{B}\n\nnew b\n\n{EndB}\nthree\n", once);
        Assert.Equal(once, Update(once));
    }

    public static TheoryData<string, int, string> Broken => new()
    {
        { $"{A}\n{EndA}\n", 3, "expected the region 'b'" },
        { $"{A}\n{EndA}\n{B}\n", 3, $"expected '{EndB}' behind this line" },
        { $"{A}\n{B}\n{EndB}\n", 2, $"expected '{EndA}' before the next region" },
        { $"{A}\n{EndB}\n", 2, $"expected '{EndA}'" },
        { $"text\n{EndA}\n", 2, "expected a region to be open here" },
        { $"{A}\n{EndA}\n{A}\n{EndA}\n", 3, "expected the region 'a' once" },
        { "<!-- generated: c -->\n", 1, "expected one of the regions a, b, found 'c'" },
    };

    [Theory, MemberData(nameof(Broken))]
    public void A_broken_document_is_refused_at_its_line(string document, int line, string message)
    {
        var error = Assert.Single(Assert.Throws<SpecException>(() => Update(document)).Errors);

        Assert.Equal(("doc.md", line), (error.File, error.At.Line));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    private static string Update(string document) => MarkdownRegions.Update(document, "doc.md", Names, name => $"new {name}\n");
}
