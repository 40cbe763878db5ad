using System.CommandLine;
using AioV2.Cli.Probe;
using AioV2.Kernel.Memory;

namespace AioV2.Cli.Commands;

/// <summary><c>aio2 probe</c>: what the implementation says of itself (PROBE-1).</summary>
public sealed class ProbeCommand : ICliCommand
{
    /// <inheritdoc/>
    public Command Create()
    {
        var json = new Option<bool>("--json") { Description = "Answer as one JSON object." };
        var command = new Command("probe", "Show what io_probe2 tells: operations, attributes, limits, engines and why each is or is not used.") { json };
        Examples.Add(command, "aio2 probe", "aio2 probe --json");
        command.SetAction(parsed =>
        {
            using var kernel = Kernels.Embedded(UserMemoryPolicy.Checked);
            var report = new ProbeReport(new ProbeReader(kernel));
            if (parsed.GetValue(json))
            {
                report.WriteJson(parsed.InvocationConfiguration.Output);
            }
            else
            {
                report.Write(parsed.InvocationConfiguration.Output);
            }

            return ExitCode.Success;
        });
        return command;
    }
}
