using System.CommandLine;
using AioV2.Cli.Demo;
using AioV2.Kernel.Memory;

namespace AioV2.Cli.Commands;

/// <summary><c>aio2 demo</c>: the ABI at work on files of its own making.</summary>
public sealed class DemoCommand : ICliCommand
{
    /// <inheritdoc/>
    public Command Create()
    {
        var command = new Command("demo", "Show the ABI at work: set-up, packed records, the ring, overflow, attributes, both ways to reap.");
        Examples.Add(command, "aio2 demo");
        command.SetAction((parsed, stop) => Task.Run(() =>
        {
            using var kernel = Kernels.Embedded(UserMemoryPolicy.Checked);
            using var demo = new GuidedDemo(kernel, kernel.EngineName, parsed.InvocationConfiguration.Output, stop);
            demo.Run();
            return demo.Lost == 0 ? ExitCode.Success : ExitCode.Failure;
        }));
        return command;
    }
}
