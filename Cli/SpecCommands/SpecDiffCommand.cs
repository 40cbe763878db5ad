using System.CommandLine;
using AioV2.Spec.Diff;
using AioV2.Spec.Model;

namespace AioV2.Cli.SpecCommands;

/// <summary><c>aio2 spec diff OLD [NEW]</c>: what a change means for old and new programs (ABI-4).</summary>
internal static class SpecDiffCommand
{
    private static readonly string[] Formats = [.. Enum.GetNames<DiffFormat>().Select(name => name.ToLowerInvariant())];

    internal static Command Create()
    {
        var old = new Argument<string>("OLD") { Description = $"What was: {SpecSource.Description}." };
        var @new = new Argument<string?>("NEW") { Description = "What is: as OLD; without it the spec of --spec.", Arity = ArgumentArity.ZeroOrOne };
        var format = new Option<string>("--format") { Description = "How to write it.", HelpName = string.Join('|', Formats), DefaultValueFactory = _ => Formats[0] };
        format.CompletionSources.Add(Formats);
        format.Validators.Add(result =>
        {
            if (!Formats.Contains(result.GetValue(format)))
            {
                result.AddError($"--format must be one of {string.Join(", ", Formats)}");
            }
        });
        var spec = SpecOption.Create();
        var command = new Command("diff", "Compare two specs: compatible, compatible-but-new, or breaking, for each change and in both directions.\n"
            + "Exit code 0: nothing breaks; 1: something does; 2: the specs cannot be read.") { old, @new, format, spec };
        command.Validators.Add(result =>
        {
            if (result.GetValue(@new) is not null && result.GetValue(spec) is not null)
            {
                result.AddError("NEW and --spec exclude each other");
            }
        });
        Examples.Add(command, "aio2 spec diff HEAD~1", "aio2 spec diff v2.snapshot Spec/aio2.yaml --format markdown", "aio2 spec diff old.yaml new.yaml --format json");
        command.SetAction(parsed =>
        {
            try
            {
                // git answers for the old one while the new one is read.
                var before = Task.Run(() => SpecSource.Load(parsed.GetValue(old)!));
                var after = parsed.GetValue(@new) is { } name ? SpecSource.Load(name) : SpecOption.LoadUnchecked(parsed.GetValue(spec));
                var diff = SpecDiff.Compare(before.GetAwaiter().GetResult(), after);
                parsed.InvocationConfiguration.Output.Write(DiffReport.Of(diff, Enum.Parse<DiffFormat>(parsed.GetValue(format)!, ignoreCase: true)));
                return diff.IsBreaking ? ExitCode.Failure : ExitCode.Success;
            }
            catch (SpecException e)
            {
                return Unreadable(e.Errors.Select(error => error.ToString()));
            }
            catch (Exception e) when (FailureText.Of(e) is { } line)
            {
                // 1 says that something breaks: a caller must not take a missing file for that.
                return Unreadable([line]);
            }
        });
        return command;
    }

    private static int Unreadable(IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            Console.Error.WriteLine($"aio2: {line}");
        }

        return ExitCode.Usage;
    }
}
