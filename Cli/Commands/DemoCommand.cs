using System.CommandLine;
using AioV2.Cli.Demo;
using AioV2.Cli.Trace;
using AioV2.Kernel.Memory;

namespace AioV2.Cli.Commands;

/// <summary><c>aio2 demo</c>: the ABI at work on files of its own making.</summary>
public sealed class DemoCommand : ICliCommand
{
    /// <inheritdoc/>
    public Command Create()
    {
        var record = Recording.Option();
        var command = new Command("demo", "Show the ABI at work: set-up, packed records, the ring, overflow, attributes, both ways to reap.") { record };
        Examples.Add(command, "aio2 demo", "aio2 demo --record demo.trace");
        command.SetAction((parsed, stop) => Task.Run(() =>
        {
            using var recording = Recording.Begin(parsed.GetValue(record));
            using var kernel = Kernels.Embedded(UserMemoryPolicy.Checked, recording.Trace);
            using var demo = new GuidedDemo(recording.Calls(kernel), kernel.EngineName, parsed.InvocationConfiguration.Output, stop);
            demo.Run();
            return demo.Lost == 0 ? ExitCode.Success : ExitCode.Failure;
        }));
        return command;
    }
}
