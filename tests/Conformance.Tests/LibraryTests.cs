using AioV2.Conformance.Run;

namespace AioV2.Conformance.Tests;

/// <summary>Libraries that cannot be tested, or misbehave at once: each gives a clear error or finding.</summary>
public sealed class LibraryTests
{
    private static readonly ConformanceOptions Options = new() { CallLimit = TimeSpan.FromSeconds(3), Runs = 64 };

    private static string Stub(string name, params string[] defines) => Gcc.Compile(name,
        File.ReadAllText(Path.Combine(Gcc.Root, "tests", "c", "conform_stub.c")), ["-shared", "-fPIC", .. defines.Select(d => $"-D{d}")]);

    private static Verdict Judge(string library) => new ConformanceRunner(ChildEntry.Library(library), Options).Run();

    [Fact]
    public void A_library_that_is_not_there_is_named()
    {
        var e = Assert.Throws<CouldNotRunException>(() => Judge("/nowhere/libaio2.so"));

        Assert.Contains("/nowhere/libaio2.so", e.Message);
    }

    [Fact]
    public void A_library_that_lacks_a_symbol_is_told_which()
    {
        var e = Assert.Throws<CouldNotRunException>(() => Judge(Stub("lacks", "LACKS_SYMBOL")));

        Assert.Contains("io_destroy2", e.Message);
    }

    [Fact]
    public void A_library_whose_setup_fails_is_told_with_the_errno()
    {
        var e = Assert.Throws<CouldNotRunException>(() => Judge(Stub("fails")));

        Assert.Contains("io_setup2", e.Message);
        Assert.Contains("-ENOMEM", e.Message);
    }

    [Theory]
    [InlineData("EXITS", "exited with code 5")]
    [InlineData("CRASHES", "killed by signal")]
    [InlineData("HANGS", "no progress")]
    public void A_library_that_ends_or_hangs_the_child_is_a_finding_with_its_calls(string define, string how)
    {
        var verdict = Judge(Stub(define.ToLowerInvariant(), define));

        var finding = Assert.Single(verdict.Findings);
        Assert.Contains("io_setup2", finding.Violation.Message);
        Assert.Contains(how, finding.Violation.Message);
        Assert.Contains("io_probe2", finding.Calls);
        Assert.False(verdict.Conforms);
    }

    [Fact]
    public void A_library_that_prints_does_not_disturb_the_judge()
    {
        var e = Assert.Throws<CouldNotRunException>(() => Judge(Stub("prints", "PRINTS")));

        Assert.Contains("-ENOMEM", e.Message);
    }

    [Fact]
    public void A_library_that_forks_is_a_finding_and_its_copy_does_not_answer()
    {
        var verdict = Judge(Stub("forks", "FORKS"));

        var finding = Assert.Single(verdict.Findings);
        Assert.Contains("forked", finding.Violation.Message);
        Assert.Contains("io_setup2", finding.Violation.Message);
        Assert.False(verdict.Conforms);
    }
}
