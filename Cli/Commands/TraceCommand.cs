using System.CommandLine;
using AioV2.Cli.Trace;

namespace AioV2.Cli.Commands;

/// <summary><c>aio2 trace …</c>: record what a program does through the ABI, and look at it.</summary>
public sealed class TraceCommand : ICliCommand
{
    /// <inheritdoc/>
    public Command Create()
    {
        var command = new Command("trace", "Record what a program does through the ABI, look at it, make it again.")
        {
            TraceRecordCommand.Create(), TraceShowCommand.Create(), TraceViewCommand.Create(),
            TraceReplayCommand.Create(), TraceMinimiseCommand.Create(),
        };
        Examples.Add(command, "aio2 trace record -o run.trace -- ./program", "aio2 trace view run.trace -o run.html", "aio2 trace show run.trace",
            "aio2 trace replay run.trace --library ./their.so", "aio2 trace minimise run.trace -o least.trace --library ./their.so");
        return command;
    }

    /// <summary>The argument that most of them take.</summary>
    internal static Argument<string> File => new("TRACE") { Description = "A trace, as aio2 trace record or --record wrote it." };
}
