using System.CommandLine;
using AioV2.Cli.Pi;
using AioV2.Kernel.Devices;

namespace AioV2.Cli.Commands;

/// <summary><c>aio2 pi show FILE</c>: format and files of a pair.</summary>
internal static class PiShowCommand
{
    internal static Command Create()
    {
        var file = PiCommand.File;
        var json = new Option<bool>("--json") { Description = "Answer as one JSON object." };
        var command = new Command("show", "Show how a file is protected, after checking that the pair is sound.") { file, json };
        Examples.Add(command, "aio2 pi show disk.img", "aio2 pi show --json disk.img");
        command.SetAction(parsed =>
        {
            using var device = ProtectedDevice.Open(parsed.GetValue(file)!);
            if (parsed.GetValue(json))
            {
                PiText.WriteJson(parsed.InvocationConfiguration.Output, device);
            }
            else
            {
                PiText.WriteSummary(parsed.InvocationConfiguration.Output, device);
            }

            return ExitCode.Success;
        });
        return command;
    }
}
