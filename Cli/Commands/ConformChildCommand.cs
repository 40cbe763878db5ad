using System.CommandLine;
using AioV2.Abi;
using AioV2.Abi.Calls;
using AioV2.Cli.Probe;
using AioV2.Conformance.Mutants;
using AioV2.Conformance.Run;
using AioV2.Kernel;
using AioV2.Kernel.Engines.Simulated;

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
            () => Implementation(parsed.GetValue(kind)!, parsed.GetValue(value)!)));
        return command;
    }

    /// <summary>How to start the children: one for a library or an engine, else one for each engine that can be used here.</summary>
    internal static List<ChildLauncher> Launchers(string? engine, string? library) =>
        library is not null ? [Launcher("library", library, library)]
        : [.. (engine is null ? UsableEngines() : [engine]).Select(e => Launcher("engine", e, "embedded kernel"))];

    /// <summary>How to start a child with a mutant around the embedded kernel.</summary>
    internal static ChildLauncher Mutant(string name) => Launcher("mutant", name, name);

    /// <summary>How to start a child with a library.</summary>
    internal static ChildLauncher Library(string path, string name) => Launcher("library", path, name);

    private static IAio2 Implementation(string kind, string value) => kind switch
    {
        "library" => new LoadedAio2(value),
        "mutant" => MutantTable.Make(value, Embedded("threads")),
        _ => Embedded(value),
    };

    private static ChildLauncher Launcher(string kind, string value, string name)
    {
        string file = Environment.ProcessPath ?? throw new CliException("the program does not know its own path");
        bool hosted = Path.GetFileNameWithoutExtension(file) == "dotnet";
        string[] self = hosted ? [Environment.GetCommandLineArgs()[0]] : [];
        return new ChildLauncher(file, [.. self, Name, kind, value], name) { Library = kind == "library" ? value : null };
    }

    private static unsafe List<string> UsableEngines()
    {
        using var kernel = Kernels.Embedded();
        var names = new List<string>();
        foreach (var engine in new ProbeReader(kernel).Read<Aio2ProbeEngine>(Aio2Probe.Engines))
        {
            if (engine.Usable != 0)
            {
                var copy = engine;
                names.Add(ProbeReader.Text(copy.Name, sizeof(ulong) * 2));
            }
        }

        return names;
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

        // Most submissions run at once; the others leave work under way for the calls that follow.
        Simulation = new SimulationOptions { InCaller = 0.9375 },
    });
}
