using System.Diagnostics;
using System.Runtime.InteropServices;

namespace AioV2.Cli.Tests;

/// <summary>Errors are one clear line on stderr and exit code 1, wrong usage 2; nothing is left under the final name.</summary>
public sealed partial class CopyErrorTests
{
    private const int Sigint = 2;

    [Fact]
    public void A_missing_source() => Refuses(folder => [folder["missing"], folder["copy"]], "No such file or directory");

    [Fact]
    public void A_missing_target_directory() => Refuses(folder => [folder["file"], folder["no/such"]], "No such file or directory");

    [Fact]
    public void A_file_where_a_directory_is_needed() => Refuses(folder => [folder["file"], folder["file/x"]], "Not a directory");

    [Fact]
    public void A_directory_where_a_file_is_needed() => Refuses(folder => [folder["file"], folder["tree"]], "is a directory");

    [Fact]
    public void A_tree_over_a_file() => Refuses(folder => [folder["tree"], folder["file"]], "not a directory");

    [Fact]
    public void A_tree_over_a_directory_with_entries() => Refuses(folder => [folder["tree"], folder["tree2"]], "not empty");

    [Fact]
    public void The_source_itself() => Refuses(folder => [folder["file"], folder["tree/../file"]], "same file");

    [Fact]
    public void The_source_by_another_name() => Refuses(folder => [folder["file"], folder["hard"]], "same file");

    [Fact]
    public void A_tree_into_itself() => Refuses(folder => [folder["tree"], folder["tree/sub/copy"]], "into itself");

    [Fact]
    public void A_device() => Refuses(folder => ["/dev/null", folder["copy"]], "neither a file nor a directory");

    [Fact]
    public void A_fifo_in_a_tree()
    {
        using var folder = new TestFolder();
        Directory.CreateDirectory(folder["tree"]);
        Assert.Equal(0, Aio2Command.RunProgram("mkfifo", folder["tree/fifo"]).ExitCode);
        Aio2Command.Run("copy", folder["tree"], folder["copy"]).ShouldFail(1, "neither a file, a directory nor a symbolic link");
        Assert.Equal(["tree"], folder.Names());
    }

    [Fact]
    public void A_read_only_target()
    {
        using var folder = new TestFolder();
        folder.File("file", 10);
        folder.File("old", 3);
        var before = File.ReadAllBytes(folder["old"]);
        File.SetUnixFileMode(folder["old"], UnixFileMode.UserRead);
        Aio2Command.Run("copy", folder["file"], folder["old"]).ShouldFail(1, "Permission denied");
        Assert.Equal(before, File.ReadAllBytes(folder["old"]));
    }

    [Fact]
    public void A_read_only_file_system() => OnMount("ro,size=1m", 1000, "Read-only file system");

    [Fact]
    public void No_space() => OnMount("size=1m", 4 << 20, "No space left on device");

    [Theory]
    [InlineData("copy")]
    [InlineData("copy", "a")]
    [InlineData("copy", "a", "b", "c")]
    [InlineData("copy", "a", "b", "--depth", "0")]
    [InlineData("copy", "a", "b", "--depth", "many")]
    [InlineData("copy", "a", "b", "--block", "1")]
    [InlineData("copy", "a", "b", "--block", "12Q")]
    [InlineData("copy", "a", "b", "--attributes", "timing,nonsense")]
    [InlineData("copy", "a", "b", "--attributes", "timing,timing")]
    [InlineData("copy", "a", "b", "--attributes", "checksum,checksum64")]
    [InlineData("copy", "a", "b", "--nonsense")]
    [InlineData("nonsense")]
    public void Wrong_usage_is_two(params string[] args) => Aio2Command.Run(args).ShouldFail(2, "--help");

    [Fact]
    public async Task SIGINT_stops_cleanly_and_leaves_nothing()
    {
        using var folder = new TestFolder();
        folder.File("file", 64 << 20);

        // Blocks of 512 bytes, one at a time: a quarter of a million requests, far from done when the signal comes.
        using var process = Aio2Command.Start(Aio2Command.Path, "copy", folder["file"], folder["copy"], "--depth", "1", "--block", "512");
        var error = process.StandardError.ReadToEndAsync();
        var started = Stopwatch.GetTimestamp();
        while (folder.Names().Length < 2)
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(60), "the copy does not start");
            Thread.Yield();
        }

        // By the call itself: a kill(1) would have to start first.
        Assert.Equal(0, Kill(process.Id, Sigint));
        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(60)), "the copy does not stop");
        Assert.Equal(130, process.ExitCode);
        Assert.Equal("aio2: interrupted\n", await error);
        Assert.Equal(["file"], folder.Names());
    }

    private static void Refuses(Func<TestFolder, string[]> arguments, string words)
    {
        using var folder = new TestFolder();
        folder.File("file", 10);
        folder.File("tree/sub/x", 10);
        folder.File("tree2/y", 10);
        Assert.Equal(0, Aio2Command.RunProgram("ln", folder["file"], folder["hard"]).ExitCode);
        var before = folder.Names();
        Aio2Command.Run(["copy", .. arguments(folder)]).ShouldFail(1, words);
        Assert.Equal(before, folder.Names());
    }

    /// <summary>Copies to a small tmpfs of its own mount namespace, and lists what is there afterwards.</summary>
    private static void OnMount(string options, int bytes, string words)
    {
        using var folder = new TestFolder();
        folder.File("file", bytes);
        Directory.CreateDirectory(folder["mount"]);
        var script = """
            mount -t tmpfs -o "$1" tmpfs "$2/mount" || exit 99
            "$3" copy "$2/file" "$2/mount/copy"
            code=$?
            ls -A "$2/mount" >&2
            exit $code
            """;
        string[] args = ["-m", "sh", "-c", script, "sh", options, folder.Path, Aio2Command.Path];
        Aio2Command.RunProgram("unshare", Environment.IsPrivilegedProcess ? args : ["-r", .. args]).ShouldFail(1, words);
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
