using AioV2.Conformance.Run;
using AioV2.Tests;

namespace AioV2.Conformance.Tests;

/// <summary>The suite can fail: implementations with one thing broken are caught, and the requirement is named.</summary>
public sealed class MutantTests
{
    private static ConformanceOptions Options(params string[] requirements) => new()
    {
        Runs = 640, Time = TimeSpan.FromSeconds(30), CallLimit = TimeSpan.FromSeconds(4), ShrinkLimit = TimeSpan.FromSeconds(3), MostFindings = 1, Requirements = requirements,
    };

    [Theory]
    [InlineData("loses the last of two events", "RING-6")]
    [InlineData("gives the last event twice", "RING-6")]
    [InlineData("changes user_data", "RING-6")]
    [InlineData("loses an event on a bad buffer", "GET-4")]
    [InlineData("does not wait", "GET-1")]
    [InlineData("takes min_bytes above bytes", "GET-1")]
    [InlineData("counts records instead of bytes", "SUBMIT-1")]
    [InlineData("accepts only the first record", "SUBMIT-1")]
    [InlineData("accepts unknown iocb flags", "SUBMIT-3")]
    [InlineData("ignores REQUIRED", "ATTR-3")]
    [InlineData("does not clear ext", "SUBMIT-5")]
    [InlineData("takes any version", "SETUP-1")]
    [InlineData("writes params on failure", "SETUP-10")]
    [InlineData("dies of an unknown opcode", "ERR-1")]
    [InlineData("hangs in destroy", "DESTROY-1")]
    public void A_broken_implementation_is_caught_with_the_requirement_that_it_breaks(string mutant, string requirement)
    {
        var verdict = new ConformanceRunner(ChildEntry.Mutant(mutant), Options(requirement)).Run();

        Assert.False(verdict.Conforms, Report.TextReport.Of(verdict));
        var finding = Assert.Single(verdict.Findings);
        Assert.Equal(requirement, finding.Violation.Requirement);
        Assert.NotEmpty(finding.Calls);
        Assert.Equal(Outcome.Failed, verdict.Lines.Single(l => l.Id == requirement).Outcome);
    }

    [Fact, Requirement("ERR-1", "SUBMIT-1", "GET-1", "RING-6")]
    public void The_embedded_kernel_conforms()
    {
        var verdict = new ConformanceRunner(ChildEntry.Mutant("none"), Options() with { Runs = 320, CallLimit = TimeSpan.FromSeconds(30) }).Run();

        Assert.True(verdict.Conforms, Report.TextReport.Of(verdict));
        Assert.True(verdict.Steps > 10_000, $"{verdict.Steps} steps");
    }
}
