using System.CommandLine;
using AioV2.Spec.Generate;
using AioV2.Spec.Model;
using AioV2.Spec.Parse;

namespace AioV2.Cli.SpecCommands;

/// <summary>The spec that a command works on: <c>--spec FILE</c>, or the repository's, or the one that this program was built from.</summary>
internal static class SpecOption
{
    internal static Option<string?> Create() => new("--spec")
    {
        Description = "The spec; without it Spec/aio2.yaml of the repository around the current directory, or else the one that this program was built from.",
        HelpName = "FILE",
    };

    /// <summary>Reads and checks it.</summary>
    /// <exception cref="SpecException">It is broken.</exception>
    internal static SpecDocument Load(string? file) => (file, Root()) switch
    {
        ({ } given, _) => SpecParser.Load(given),
        (null, { } root) => SpecParser.Load(Path.Combine(root, SpecGenerators.SpecPath)),
        _ => BuiltInSpec.Load(),
    };

    /// <summary>Reads only its form, so that a layout with holes can be looked at; names may refer to nothing.</summary>
    /// <exception cref="SpecException">It is no spec.</exception>
    internal static SpecDocument LoadUnchecked(string? file) => (file ?? RepositorySpec()) switch
    {
        { } path => SpecParser.ParseUnchecked(File.ReadAllBytes(path), Path.GetFileName(path)),
        null => BuiltInSpec.Load(),
    };

    /// <summary>Its bytes, and its name from the current directory, so that a place in it can be opened.</summary>
    internal static (byte[] Utf8, string Name) Read(string? file) => (file ?? RepositorySpec()) switch
    {
        { } path => (File.ReadAllBytes(path), file ?? Path.GetRelativePath(Directory.GetCurrentDirectory(), path)),
        null => (BuiltInSpec.Utf8, BuiltInSpec.Name),
    };

    /// <summary>The root of the repository around the current directory, or null.</summary>
    internal static string? Root() => SpecGenerators.FindRoot(Directory.GetCurrentDirectory());

    /// <summary>Runs an action on specs; errors in a spec are told one on each line, with file, line and column.</summary>
    internal static int Run(Func<int> action)
    {
        try
        {
            return action();
        }
        catch (SpecException e)
        {
            foreach (var error in e.Errors)
            {
                Console.Error.WriteLine($"aio2: {error}");
            }

            return ExitCode.Failure;
        }
    }

    private static string? RepositorySpec() => Root() is { } root ? Path.Combine(root, SpecGenerators.SpecPath) : null;
}
