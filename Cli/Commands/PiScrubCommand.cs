using System.CommandLine;
using AioV2.Cli.Pi;
using AioV2.Kernel.Devices;

namespace AioV2.Cli.Commands;

/// <summary><c>aio2 pi scrub FILE</c>: looks at every interval; fails if one is bad.</summary>
internal static class PiScrubCommand
{
    internal static Command Create()
    {
        var file = PiCommand.File;
        var json = new Option<bool>("--json") { Description = "Answer as one JSON object." };
        var command = new Command("scrub", "Verify every interval of a protected file; exit 1 if one is bad. Others may use the file meanwhile.") { file, json };
        Examples.Add(command, "aio2 pi scrub disk.img", "aio2 pi scrub --json disk.img");
        command.SetAction(async (parsed, stop) =>
        {
            using var device = ProtectedDevice.Open(parsed.GetValue(file)!);
            var output = parsed.InvocationConfiguration.Output;
            var found = new List<BadInterval>();
            var isJson = parsed.GetValue(json);
            var bad = await PiScrubProgress.RunAsync(device, interval =>
            {
                if (isJson)
                {
                    found.Add(interval);
                }
                else
                {
                    output.WriteLine(PiText.Of(device, interval));
                }
            }, stop).ConfigureAwait(false);
            if (isJson)
            {
                PiText.WriteScrubJson(output, device, found);
            }
            else
            {
                output.WriteLine($"{bad} bad");
            }

            return bad == 0 ? ExitCode.Success : ExitCode.Failure;
        });
        return command;
    }
}
