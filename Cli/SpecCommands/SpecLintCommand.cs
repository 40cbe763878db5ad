using System.CommandLine;
using AioV2.Spec.Lint;

namespace AioV2.Cli.SpecCommands;

/// <summary><c>aio2 spec lint</c>: what reviewers of Linux ABIs would say of a spec.</summary>
internal static class SpecLintCommand
{
    internal static Command Create()
    {
        var spec = SpecOption.Create();
        var json = new Option<bool>("--json") { Description = "Answer in JSON." };
        var rules = new Option<bool>("--rules") { Description = "List the rules with their reasons and sources, and check nothing." };
        var command = new Command("lint",
            "Tell what experienced reviewers of Linux ABIs would say of a spec: each finding with its place, the reason, and the source of the rule.\n\n"
            + "It works on any spec, also on one that nothing can be generated from, and tells everything at once. "
            + "A declaration claims an exception by 'lint: [{allow: RULE, why: REASON}]' in the spec; an exception that is not needed is a finding.\n\n"
            + "Exit codes: 0 nothing found; 1 findings, or no YAML; 2 wrong usage.") { spec, json, rules };
        Examples.Add(command, "aio2 spec lint", "aio2 spec lint --spec my.yaml", "aio2 spec lint --json --spec my.yaml", "aio2 spec lint --rules");
        command.SetAction(parsed => Run(parsed.InvocationConfiguration.Output, parsed.GetValue(spec), parsed.GetValue(json), parsed.GetValue(rules)));
        return command;
    }

    private static int Run(TextWriter output, string? spec, bool json, bool rules)
    {
        if (rules)
        {
            (json ? (Action<TextWriter>)LintText.WriteRulesJson : LintText.WriteRules)(output);
            return ExitCode.Success;
        }

        return SpecOption.Run(() =>
        {
            var (utf8, name) = SpecOption.Read(spec);
            var report = SpecLint.Run(utf8, name);
            (json ? (Action<TextWriter, LintReport>)LintText.WriteJson : LintText.Write)(output, report);
            return report.Findings.Count == 0 ? ExitCode.Success : ExitCode.Failure;
        });
    }
}
