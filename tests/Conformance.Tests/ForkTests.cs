using AioV2.Conformance.Model;
using AioV2.Conformance.Run;
using AioV2.Tests;

namespace AioV2.Conformance.Tests;

/// <summary>CTX-1 is exercised by a program that forks.</summary>
public sealed class ForkTests
{
    private static string Stub(string name, params string[] flags) => Gcc.Compile(name,
        File.ReadAllText(Path.Combine(Gcc.Root, "tests", "c", "fork_stub.c")), ["-shared", "-fPIC", .. flags]);

    [Fact, Requirement("CTX-1")]
    public void A_library_whose_contexts_stay_with_their_process_passes()
    {
        var tally = new Tally();

        Assert.Null(ForkCheck.Run(Stub("fork-safe"), tally));
        Assert.Equal(1, tally.PassedOf("CTX-1"));
    }

    [Fact, Requirement("CTX-1")]
    public void A_library_that_lets_the_copy_use_the_context_is_caught()
    {
        var finding = ForkCheck.Run(Stub("fork-blind", "-DFORK_BLIND"), new Tally());

        Assert.Equal("CTX-1", finding?.Violation.Requirement);
        Assert.Contains("copy submit gave 48, not -6", finding!.Violation.Message);
        Assert.Contains("fork()", finding.Program);
    }
}
