using System.CommandLine;
using AioV2.Spec.Snapshot;

namespace AioV2.Cli.SpecCommands;

/// <summary><c>aio2 spec snapshot</c>: a whole spec as MessagePack, to compare with later.</summary>
internal static class SpecSnapshotCommand
{
    internal static Command Create()
    {
        var output = new Option<string?>("--output", "-o") { Description = "Where to write; without it, or with -, stdout.", HelpName = "FILE" };
        var spec = SpecOption.Create();
        var command = new Command("snapshot", "Write the whole spec as MessagePack: what 'aio2 spec diff' takes as OLD or NEW.") { output, spec };
        Examples.Add(command, "aio2 spec snapshot -o v2.snapshot", "aio2 spec snapshot --spec my.yaml > my.snapshot", "aio2 spec diff v2.snapshot");
        command.SetAction(parsed => SpecOption.Run(() =>
        {
            var bytes = SnapshotFile.Write(SpecOption.LoadUnchecked(parsed.GetValue(spec)));
            if (parsed.GetValue(output) is { } path and not "-")
            {
                File.WriteAllBytes(path, bytes);
                return ExitCode.Success;
            }

            using var stdout = Console.OpenStandardOutput();
            stdout.Write(bytes);
            return ExitCode.Success;
        }));
        return command;
    }
}
