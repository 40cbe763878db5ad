using System.Text.RegularExpressions;

namespace AioV2.House.Tests;

/// <summary>Nothing is promised that is not there.</summary>
public sealed partial class HonestyTests
{
    [Fact]
    public void No_test_is_skipped() => Assert.Empty(Offences(Tree.Sources.Where(path => path.StartsWith("tests/", StringComparison.Ordinal)), Skipped()));

    [Fact]
    public void Nothing_is_left_for_later() => Assert.Empty(Offences(Tree.TextFiles, LeftOver()));

    /// <summary>Paths of one machine mean nothing on another.</summary>
    [Fact]
    public void Nothing_names_the_machine_it_was_written_on() => Assert.Empty(Offences(Tree.TextFiles, Machine()));

    [Fact]
    public void No_warning_is_silenced_in_a_source() => Assert.Empty(Offences(Tree.Sources.Where(path => !Tree.IsGenerated(path)), Silenced()));

    /// <summary>A busy machine is slower, not wrong.</summary>
    [Fact]
    public void No_test_asserts_a_duration() =>
        Assert.Empty(Offences(Tree.Sources.Where(path => path.StartsWith("tests/", StringComparison.Ordinal) && path.Contains("Tests/", StringComparison.Ordinal)), AssertedDuration()));

    private static IEnumerable<string> Offences(IEnumerable<string> files, Regex pattern) =>
        from path in files
        where !path.StartsWith("tests/House.Tests/", StringComparison.Ordinal)
        from line in Tree.Lines(path).Index()
        where pattern.IsMatch(line.Item)
        select $"{path}:{line.Index + 1}: {line.Item.Trim()}";

    [GeneratedRegex(@"\bSkip\s*=|Assert\.Skip|SkipUnless|SkipWhen|\[Explicit|Explicit\s*=\s*true")]
    private static partial Regex Skipped();

    [GeneratedRegex(@"NotImplementedException|\bTODO\b|\bFIXME\b|\bXXX\b|\bHACK\b|NotSupportedException\(\""not (yet )?implemented")]
    private static partial Regex LeftOver();

    [GeneratedRegex(@"(^|[\s""'`(=])/(work|root|Users)/")]
    private static partial Regex Machine();

    [GeneratedRegex(@"#pragma warning disable(?!.*//)")]
    private static partial Regex Silenced();

    [GeneratedRegex(@"Assert\.(True|InRange)\([^;]*\.Elapsed")]
    private static partial Regex AssertedDuration();
}
