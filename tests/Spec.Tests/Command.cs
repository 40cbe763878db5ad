using System.ComponentModel;
using System.Diagnostics;

namespace AioV2.Spec.Tests;

/// <summary>Runs a program that a test needs.</summary>
internal static class Command
{
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(2);

    /// <summary>Runs to the end and gives what it printed; a missing program, an exit code or a hang fails the test.</summary>
    public static string MustSucceed(string file, params string[] arguments) => MustExit([0], file, arguments);

    /// <summary>The same for a program that says what it found by its exit code.</summary>
    public static string MustExit(int[] codes, string file, params string[] arguments)
    {
        var start = new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            using var process = Process.Start(start)!;
            var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            if (!process.WaitForExit(Bound))
            {
                process.Kill(true);
                Assert.Fail($"{file} did not end: {string.Join(' ', arguments)}");
            }
            process.WaitForExit();
            Assert.True(codes.Contains(process.ExitCode), $"{file} {string.Join(' ', arguments)} exited with {process.ExitCode}:\n{error.Result}{output.Result}");
            return output.Result;
        }
        catch (Win32Exception e)
        {
            Assert.Fail($"{file} is needed and cannot be run: {e.Message}");
            throw;
        }
    }
}
