using System.Text.RegularExpressions;
using AioV2.Spec.Parse;
using FsCheck;
using FsCheck.Fluent;

namespace AioV2.Spec.Tests;

public sealed class KeyFormTests
{
    private static readonly Regex Pattern = new(KeyForm.Text.Pattern!, RegexOptions.CultureInvariant);

    /// <summary>The schema gives editors the pattern, the parser tests without it.</summary>
    [Fact]
    public void A_line_of_text_is_what_its_pattern_says()
    {
        string[] lines = ["", " ", "*/", "a */ b", "*", "/", "tab\t", "line\n", "\n", "ä", "~", "\u007f", "plain words, 0x1f: (RING-8)"];
        Assert.All(lines, line => Assert.Equal(!line.Contains('\n') && Pattern.IsMatch(line), KeyForm.Text.Matches(line)));
        Prop.ForAll(Gen.Elements('a', '*', '/', ' ', '~', '\n', 'ä', '\t').ArrayOf().Select(c => new string(c)).ToArbitrary(),
            line => KeyForm.Text.Matches(line) == (!line.Contains('\n') && Pattern.IsMatch(line))).Check(Config.QuickThrowOnFailure.WithReplay(3, 5).WithMaxTest(500));
    }
}
