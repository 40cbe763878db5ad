using System.Diagnostics;

namespace AioV2.Kernel.Tests.Memory;

/// <summary>Runs <c>tests/c/fixup_chain.c</c>: the fix-up in a C program that has signal handlers of its own.</summary>
public class FixupChainTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(120);

    [Fact]
    public void It_chains_to_a_hosts_handlers_and_dies_where_the_host_would() =>
        Assert.Equal("0 failed", Built("gcc", "x86", "").Run());

    [Fact]
    public void It_does_the_same_on_arm64() =>
        Assert.Equal("0 failed", Built("aarch64-linux-gnu-gcc", "arm64", "-static").Run("qemu-aarch64-static"));

    [Fact]
    public void It_leaves_AddressSanitizers_handlers_alone() =>
        Assert.Equal("under AddressSanitizer: 0 failed", Built("gcc", "asan", "-fsanitize=address").Run());

    private static Program Built(string compiler, string variant, string flags)
    {
        var root = Root();
        var folder = Path.Combine(root, "artifacts", "c");
        Directory.CreateDirectory(folder);
        var output = Path.Combine(folder, $"fixup_chain.{variant}.{Environment.ProcessId}");
        string[] arguments =
        [
            "-O2", "-Wall", "-Wextra", "-Werror", .. flags.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            Path.Combine(root, "tests", "c", "fixup_chain.c"), Path.Combine(root, "Kernel", "Memory", "native", "fixup.c"), "-o", output,
        ];
        Assert.Equal("", Execute(compiler, arguments));
        return new Program(output);
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "AioV2.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("AioV2.sln is in no folder above the tests");
    }

    private static string Execute(string command, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(Bound))
        {
            process.Kill();
            Assert.Fail($"{command} did not end");
        }

        Assert.True(process.ExitCode == 0, $"{command} exited with {process.ExitCode}: {output.Result}{errors.Result}");
        return output.Result.Trim();
    }

    private sealed record Program(string Path)
    {
        /// <summary>What it wrote; it fails the test by any exit code but 0.</summary>
        public string Run(string? emulator = null)
        {
            try
            {
                return emulator is null ? Execute(Path) : Execute(emulator, Path);
            }
            finally
            {
                File.Delete(Path);
            }
        }
    }
}
