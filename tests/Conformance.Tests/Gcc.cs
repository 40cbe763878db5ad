using System.Diagnostics;

namespace AioV2.Conformance.Tests;

/// <summary>Compiles C at run time, below artifacts/.</summary>
internal static class Gcc
{
    public static string Root { get; } = FindRoot();

    /// <summary>Compiles a source; returns the file made.</summary>
    public static string Compile(string name, string source, params string[] flags)
    {
        string folder = Path.Combine(Root, "artifacts", "conform-c");
        Directory.CreateDirectory(folder);
        string unique = Path.Combine(folder, $"{name}-{Environment.ProcessId}");
        File.WriteAllText(unique + ".c", source);
        (int code, string errors) = Run("gcc", ["-std=gnu11", "-Wall", "-Wextra", "-Werror", "-I", Path.Combine(Root, "Spec", "include"), unique + ".c", .. flags, "-o", unique + ".out"]);
        Assert.True(code == 0, errors);
        return unique + ".out";
    }

    public static (int Code, string Text) Run(string file, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        Assert.True(process.WaitForExit(60_000), $"{file} does not end");
        return (process.ExitCode, output.Result + errors.Result);
    }

    private static string FindRoot()
    {
        string? at = AppContext.BaseDirectory;
        while (at is not null && !File.Exists(Path.Combine(at, "AioV2.sln")))
        {
            at = Path.GetDirectoryName(at);
        }

        return at ?? throw new InvalidOperationException("no AioV2.sln above the tests");
    }
}
