using System.Runtime.CompilerServices;
using AioV2.Abi.Calls;
using AioV2.Conformance.Run;
using AioV2.Conformance.Tests.Mutants;
using AioV2.Kernel;

namespace AioV2.Conformance.Tests;

/// <summary>Lets this program be its own child: with the right first argument it serves instead of running tests.</summary>
internal static class ChildEntry
{
    private const string Word = "conform-child";

#pragma warning disable CA2255 // A test program has no Main of its own to put this in.
    [ModuleInitializer]
    internal static void ServeIfChild()
#pragma warning restore CA2255
    {
        string[] args = Environment.GetCommandLineArgs();
        if (args.Length == 7 && args[1] == Word)
        {
            int code = ChildLoop.Run(args[4], int.Parse(args[5]), int.Parse(args[6]), () => Make(args[2], args[3]));
            Environment.Exit(code);
        }
    }

    /// <summary>A child with the embedded kernel behind a mutant.</summary>
    internal static ChildLauncher Mutant(string name) => Launcher("mutant", name);

    /// <summary>A child with a library.</summary>
    internal static ChildLauncher Library(string path) => Launcher("library", path);

    private static ChildLauncher Launcher(string kind, string value) =>
        new(Path.Combine(AppContext.BaseDirectory, "AioV2.Conformance.Tests"), [Word, kind, value], value);

    private static IAio2 Make(string kind, string value) => kind == "library"
        ? new LoadedAio2(value)
        : MutantTable.All[value](EmbeddedKernel.Create(new KernelOptions { Engine = EngineKind.Threads }));
}
