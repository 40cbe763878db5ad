using System.Diagnostics;

namespace AioV2.Cli.Tests;

/// <summary>The built <c>aio2</c>, run as a user runs it.</summary>
internal static class Aio2Command
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(300);

    /// <summary>Where the build of this configuration put it.</summary>
    public static string Path
    {
        get
        {
            // artifacts/bin/Cli.Tests/CONFIGURATION/
            var here = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/'));
            var path = System.IO.Path.Combine(here.Parent!.Parent!.FullName, "Cli", here.Name, "aio2");
            Assert.True(File.Exists(path), $"{path} is not built");
            return path;
        }
    }

    /// <summary>Runs it to its end.</summary>
    public static Outcome Run(params string[] args) => RunProgram(Path, args);

    /// <summary>Runs it in a folder.</summary>
    public static Outcome RunIn(string folder, params string[] args) => Finish(StartIn(folder, Path, args), $"{Path} {string.Join(' ', args)}");

    /// <summary>Runs any program to its end.</summary>
    public static Outcome RunProgram(string program, params string[] args) => Finish(Start(program, args), $"{program} {string.Join(' ', args)}");

    private static Outcome Finish(Process started, string line)
    {
        using var process = started;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(Patience))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{line} hangs");
        }

        process.WaitForExit();
        return new Outcome(process.ExitCode, output.Result, error.Result);
    }

    /// <summary>Starts a program whose output is read by the caller.</summary>
    public static Process Start(string program, params string[] args) => StartIn(System.IO.Path.GetTempPath(), program, args);

    private static Process StartIn(string folder, string program, string[] args) => Process.Start(new ProcessStartInfo(program, args)
    {
        RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder,
    })!;

    /// <summary>How it ended.</summary>
    internal readonly record struct Outcome(int ExitCode, string Output, string Error)
    {
        /// <summary>Failed with this code and one line on stderr that holds this text; stdout is empty.</summary>
        public void ShouldFail(int exitCode, string text)
        {
            Assert.Equal(exitCode, ExitCode);
            Assert.Contains(text, Error, StringComparison.OrdinalIgnoreCase);
            Assert.Single(Error.TrimEnd('\n').Split('\n'));
            Assert.StartsWith("aio2: ", Error, StringComparison.Ordinal);
            Assert.Empty(Output);
        }

        /// <summary>Succeeded without a word on stderr.</summary>
        public Outcome ShouldSucceed()
        {
            Assert.Equal("", Error);
            Assert.Equal(0, ExitCode);
            return this;
        }
    }
}
