using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace AioV2.Cli;

/// <summary>Examples at the end of a command's <c>--help</c>.</summary>
public static class Examples
{
    /// <summary>Adds them.</summary>
    public static void Add(Command command, params string[] lines)
    {
        ArgumentNullException.ThrowIfNull(command);
        command.Options.Add(new HelpOption { Action = new HelpWithExamples(lines) });
    }

    private sealed class HelpWithExamples(string[] lines) : SynchronousCommandLineAction
    {
        private readonly HelpAction _help = new();

        public override int Invoke(ParseResult parseResult)
        {
            var result = _help.Invoke(parseResult);
            var output = parseResult.InvocationConfiguration.Output;
            output.WriteLine("Examples:");
            foreach (var line in lines)
            {
                output.WriteLine($"  {line}");
            }

            return result;
        }
    }
}
