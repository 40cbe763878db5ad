using System.CommandLine;
using AioV2.Cli.SpecCommands;

namespace AioV2.Cli.Commands;

/// <summary><c>aio2 spec …</c>: the designer's workbench, on any spec file (ABI-3).</summary>
public sealed class SpecCommand : ICliCommand
{
    /// <inheritdoc/>
    public Command Create()
    {
        var command = new Command("spec", "Look at a spec: draw its layouts, show what it holds, lint it, compare it with another.")
        {
            SpecLayoutCommand.Create(), SpecShowCommand.Create(), SpecLintCommand.Create(), SpecDiffCommand.Create(), SpecSnapshotCommand.Create(),
        };
        Examples.Add(command, "aio2 spec layout io_event2", "aio2 spec show --spec my.yaml setup_flags", "aio2 spec diff HEAD~1", "aio2 spec snapshot -o v2.snapshot");
        return command;
    }
}
