using AioV2.Abi.Calls;
using AioV2.Conformance.Mutants;
using AioV2.Conformance.Run;
using AioV2.Conformance.Tests.Mutants;
using AioV2.Kernel;

namespace AioV2.Conformance.Tests;

/// <summary>Lets this program be its own child: with the right first argument it serves instead of running tests.</summary>
internal static class ChildEntry
{
    private const string Word = "conform-child";

    /// <summary>Serves, or runs the tests as the entry point that xunit makes would.</summary>
    /// <remarks>A module's initializer would not do: while it runs, every other thread that touches the module waits for it, and
    /// the mutants of parallel rounds are in this module.</remarks>
    public static Task<int> Main(string[] args)
    {
        if (args.Length == 6 && args[0] == Word)
        {
            return Task.FromResult(ChildLoop.Run(args[3], int.Parse(args[4]), int.Parse(args[5]), () => Make(args[1], args[2])));
        }

        return args.Any(a => a is "-automated" or "@@")
            ? Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args)
            : Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions);
    }

    /// <summary>A child with the embedded kernel behind a mutant.</summary>
    internal static ChildLauncher Mutant(string name) => Launcher("mutant", name);

    /// <summary>A child with a library.</summary>
    internal static ChildLauncher Library(string path) => Launcher("library", path);

    private static ChildLauncher Launcher(string kind, string value) =>
        new(Path.Combine(AppContext.BaseDirectory, "AioV2.Conformance.Tests"), [Word, kind, value], value);

    private static IAio2 Make(string kind, string value)
    {
        if (kind == "library")
        {
            return new LoadedAio2(value);
        }

        var kernel = EmbeddedKernel.Create(new KernelOptions { Engine = EngineKind.Threads });
        return RaceTable.All.TryGetValue(value, out var make) ? make(kernel) : MutantTable.Make(value, kernel);
    }
}
