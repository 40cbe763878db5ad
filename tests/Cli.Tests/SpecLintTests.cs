using System.Text.Json;
using AioV2.Spec.Lint;
using AioV2.Tests;

namespace AioV2.Cli.Tests;

[Requirement("ABI-1", "ABI-4")]
public sealed class SpecLintTests
{
    private static readonly string Spec = File.ReadAllText($"{Repository.Root}/Spec/aio2.yaml");

    [Fact]
    public void A_clean_spec_ends_with_0_and_shows_its_exceptions()
    {
        var output = Aio2Command.Run("spec", "lint", "--spec", $"{Repository.Root}/Spec/aio2.yaml").ShouldSucceed().Output;

        Assert.Matches(@"\n0 findings, [1-9]\d* exceptions with a reason\n$", output);
        Assert.Contains("call-flags, allowed: ", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_finding_ends_with_1_and_has_its_place_reason_and_source_for_people_and_for_programs()
    {
        using var folder = new TestFolder();
        var file = folder["my.yaml"];
        File.WriteAllText(file, Spec.Replace("{name: nsec, type: s64", "{name: nsec, type: long", StringComparison.Ordinal));
        var line = Spec.Split('\n').TakeWhile(l => !l.Contains("name: nsec", StringComparison.Ordinal)).Count() + 1;

        var text = Aio2Command.Run("spec", "lint", "--spec", file);
        Assert.Equal((1, ""), (text.ExitCode, text.Error));
        Assert.StartsWith($"{file}:{line}:28: long: 'nsec' is 'long', ", text.Output, StringComparison.Ordinal);
        Assert.Contains($"    why: {LintRules.Long.Reason}\n    source: {LintRules.Long.Source}\n", text.Output, StringComparison.Ordinal);
        Assert.Contains("\n1 finding, ", text.Output, StringComparison.Ordinal);

        var json = Aio2Command.Run("spec", "lint", "--json", "--spec", file);
        Assert.Equal((1, ""), (json.ExitCode, json.Error));
        using var document = JsonDocument.Parse(json.Output);
        var finding = Assert.Single(document.RootElement.GetProperty("findings").EnumerateArray());
        Assert.Equal(("long", line, 28), (finding.GetProperty("rule").GetString(), finding.GetProperty("line").GetInt32(), finding.GetProperty("column").GetInt32()));
        Assert.Equal((LintRules.Long.Reason, LintRules.Long.Source), (finding.GetProperty("reason").GetString(), finding.GetProperty("source").GetString()));
        Assert.All(document.RootElement.GetProperty("exceptions").EnumerateArray(), e => Assert.NotEmpty(e.GetProperty("allowed").GetString()!));
    }

    [Fact]
    public void The_rules_are_listed_with_reasons_and_sources()
    {
        var text = Aio2Command.Run("spec", "lint", "--rules").ShouldSucceed().Output;
        using var json = JsonDocument.Parse(Aio2Command.Run("spec", "lint", "--rules", "--json").ShouldSucceed().Output);

        Assert.Equal(LintRules.All.Select(r => r.Id), json.RootElement.EnumerateArray().Select(r => r.GetProperty("rule").GetString()));
        Assert.All(LintRules.All, rule => Assert.Contains($"{rule.Id}: {rule.Asks}\n    why: {rule.Reason}\n    source: {rule.Source}\n", text, StringComparison.Ordinal));
    }

    [Fact]
    public void What_cannot_be_read_is_told_in_one_line()
    {
        using var folder = new TestFolder();
        File.WriteAllText(folder["no.yaml"], "a: [");

        Aio2Command.Run("spec", "lint", "--spec", folder["no.yaml"]).ShouldFail(1, "no.yaml:");
        Aio2Command.Run("spec", "lint", "--spec", folder["missing.yaml"]).ShouldFail(1, "missing.yaml");
        Aio2Command.Run("spec", "lint", "--frob").ShouldFail(2, "--frob");
        Aio2Command.Run("spec").ShouldFail(2, "Required command");
    }

    [Fact]
    public void Without_a_repository_it_reads_the_spec_it_was_built_from() =>
        Assert.StartsWith("aio2.yaml:", Aio2Command.Run("spec", "lint").ShouldSucceed().Output, StringComparison.Ordinal);
}
