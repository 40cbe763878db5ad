using System.CommandLine;
using AioV2.Spec.Drawing;

namespace AioV2.Cli.SpecCommands;

/// <summary><c>aio2 spec show [NAME]</c>: what a spec holds (ABI-3).</summary>
internal static class SpecShowCommand
{
    internal static Command Create()
    {
        var name = new Argument<string?>("NAME") { Description = "A struct, a group, a call, or a C macro, to be shown in full.", Arity = ArgumentArity.ZeroOrOne };
        var spec = SpecOption.Create();
        var command = new Command("show", "Show what a spec holds: all of it in short, or one thing in full.") { name, spec };
        Examples.Add(command, "aio2 spec show", "aio2 spec show io_submit2", "aio2 spec show AIO2_EVENT_MAX");
        command.SetAction(parsed => SpecOption.Run(() =>
        {
            var document = SpecOption.LoadUnchecked(parsed.GetValue(spec));
            var text = parsed.GetValue(name) is not { } one ? SpecOverview.Of(document)
                : SpecOverview.Of(document, one) ?? throw new CliException($"{document.File} has nothing called '{one}'; 'aio2 spec show' lists what it has");
            parsed.InvocationConfiguration.Output.Write(text);
            return ExitCode.Success;
        }));
        return command;
    }
}
