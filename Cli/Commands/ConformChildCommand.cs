using System.CommandLine;
using AioV2.Abi.Calls;
using AioV2.Conformance.Run;
using AioV2.Kernel;

namespace AioV2.Cli.Commands;

/// <summary>The child of <c>aio2 conform</c>, in which the implementation under test runs; hidden.</summary>
public sealed class ConformChildCommand : ICliCommand
{
    private const string Name = "conform-child";

    /// <inheritdoc/>
    public Command Create()
    {
        var kind = new Argument<string>("kind");
        var value = new Argument<string>("value");
        var journal = new Argument<string>("journal");
        var commands = new Argument<int>("commands");
        var replies = new Argument<int>("replies");
        var command = new Command(Name, "What aio2 conform starts.") { kind, value, journal, commands, replies };
        command.Hidden = true;
        command.SetAction(parsed => ChildLoop.Run(
            parsed.GetValue(journal)!, parsed.GetValue(commands), parsed.GetValue(replies),
            () => parsed.GetValue(kind) == "library" ? new LoadedAio2(parsed.GetValue(value)!) : Embedded(parsed.GetValue(value)!)));
        return command;
    }

    /// <summary>How to start a child with this implementation.</summary>
    internal static ChildLauncher Launcher(string engine, string? library)
    {
        string file = Environment.ProcessPath ?? throw new CliException("the program does not know its own path");
        bool hosted = Path.GetFileNameWithoutExtension(file) == "dotnet";
        string[] self = hosted ? [Environment.GetCommandLineArgs()[0]] : [];
        string[] what = library is null ? ["engine", engine] : ["library", library];
        return new ChildLauncher(file, [.. self, Name, .. what], library ?? $"embedded kernel, {engine}");
    }

    private static EmbeddedKernel Embedded(string engine) => EmbeddedKernel.Create(new KernelOptions
    {
        Engine = engine switch
        {
            "threads" => EngineKind.Threads,
            "io_uring" => EngineKind.IoUring,
            "simulated" => EngineKind.Simulated,
            _ => EngineKind.Auto,
        },
    });
}
