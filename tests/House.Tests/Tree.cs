using System.Diagnostics;
using AioV2.Spec.Generate;

namespace AioV2.House.Tests;

/// <summary>The files of the repository that are under version control, or about to be.</summary>
internal static class Tree
{
    private static readonly string[] TextKinds = [".cs", ".csproj", ".props", ".targets", ".yaml", ".yml", ".md", ".c", ".h", ".sh", ".json", ".pml", ".sln", ".py"];

    public static string Root { get; } =
        SpecGenerators.FindRoot(AppContext.BaseDirectory) ?? throw new InvalidOperationException("the tests lie outside the repository");

    /// <summary>Paths from the root, with forward slashes.</summary>
    public static IReadOnlyList<string> Files { get; } = List();

    /// <summary>Those that people write and read as text.</summary>
    public static IEnumerable<string> TextFiles => Files.Where(f => TextKinds.Contains(Path.GetExtension(f)) || Path.GetFileName(f) is "run" or ".gitignore" or ".editorconfig");

    public static IEnumerable<string> Sources => Files.Where(f => f.EndsWith(".cs", StringComparison.Ordinal));

    public static IEnumerable<string> Projects => Files.Where(f => f.EndsWith(".csproj", StringComparison.Ordinal));

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    public static string[] Lines(string path) => File.ReadAllLines(Path.Combine(Root, path));

    /// <summary>Whether a file says that it is generated, in line one or, behind a licence line, in line two.</summary>
    public static bool IsGenerated(string path) => Lines(path).Take(2).Any(line => line.Contains("Generated from ", StringComparison.Ordinal));

    private static string[] List()
    {
        // A clone that belongs to somebody else is still this repository.
        var start = new ProcessStartInfo("git", ["-c", "safe.directory=*", "-C", Root, "ls-files", "--cached", "--others", "--exclude-standard"]) { RedirectStandardOutput = true };
        using var git = Process.Start(start)!;
        var files = git.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        git.WaitForExit();
        return git.ExitCode == 0
            ? [.. files.Where(f => File.Exists(Path.Combine(Root, f))).Distinct().Order(StringComparer.Ordinal)]
            : throw new InvalidOperationException("git does not list the repository's files");
    }
}
