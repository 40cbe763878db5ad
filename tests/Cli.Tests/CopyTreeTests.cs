using System.Text.Json;
using AioV2.Cli.Posix;
using AioV2.Tests;

namespace AioV2.Cli.Tests;

public sealed class CopyTreeTests
{
    [Fact, Requirement("RING-6")]
    public void A_tree_keeps_data_modes_times_links_holes_and_names()
    {
        using var folder = new TestFolder();
        MakeTree(folder["tree"]);
        var outcome = Aio2Command.Run("copy", folder["tree"], folder["copy"]).ShouldSucceed();

        AssertSameTree(PosixPath.Of(folder["tree"]), PosixPath.Of(folder["copy"]));
        Assert.Equal(["copy", "tree"], folder.Names());
        Assert.EndsWith("0 lost", outcome.Output.TrimEnd(), StringComparison.Ordinal);
        Assert.Contains("read latency   p50", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("overflow       ", outcome.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("none", 1, "512")]
    [InlineData("timing,checksum64,cache,retry", 64, "4K")]
    [InlineData("cache", 3, "64M")]
    public void Any_attributes_depth_and_block_give_the_same_copy(string attributes, int depth, string block)
    {
        using var folder = new TestFolder();
        MakeTree(folder["tree"]);
        var outcome = Aio2Command.Run(
            "copy", folder["tree"], folder["copy"], "--attributes", attributes, "--depth", $"{depth}", "--block", block, "--json").ShouldSucceed();
        AssertSameTree(PosixPath.Of(folder["tree"]), PosixPath.Of(folder["copy"]));

        using var report = JsonDocument.Parse(outcome.Output);
        var root = report.RootElement;
        Assert.Equal(0, root.GetProperty("lost").GetInt64());
        Assert.Equal(root.GetProperty("requests").GetInt64(), root.GetProperty("events").GetInt64());
        Assert.Equal(attributes.Contains("checksum", StringComparison.Ordinal), root.GetProperty("blocks_verified").GetInt64() > 0);
        Assert.Equal(attributes.Contains("cache", StringComparison.Ordinal), root.GetProperty("cache_answers").GetInt64() > 0);
        Assert.Equal(attributes.Contains("timing", StringComparison.Ordinal), root.TryGetProperty("read_latency_ns", out _));
    }

    [Fact]
    public void An_existing_file_is_replaced_and_a_link_on_the_command_line_is_followed()
    {
        using var folder = new TestFolder();
        var source = folder.File("source", 100_000);
        folder.File("target", 5);
        File.CreateSymbolicLink(folder["from"], source);
        File.CreateSymbolicLink(folder["to"], folder["target"]);
        Aio2Command.Run("copy", folder["from"], folder["to"]).ShouldSucceed();

        Assert.Equal(File.ReadAllBytes(source), File.ReadAllBytes(folder["target"]));
        Assert.Equal(folder["target"], new FileInfo(folder["to"]).LinkTarget);
        Assert.Equal(["from", "source", "target", "to"], folder.Names());
    }

    [Fact]
    public void An_empty_directory_may_be_the_target()
    {
        using var folder = new TestFolder();
        folder.File("tree/file", 10);
        Directory.CreateDirectory(folder["copy"]);
        Aio2Command.Run("copy", folder["tree"], folder["copy"] + "/").ShouldSucceed();
        Assert.Equal(File.ReadAllBytes(folder["tree/file"]), File.ReadAllBytes(folder["copy/file"]));
    }

    private static void MakeTree(string root)
    {
        Directory.CreateDirectory($"{root}/sub/deep/er");
        Directory.CreateDirectory($"{root}/empty");
        var random = new Random(7);
        foreach (var (name, bytes) in new[] { ("zero", 0), ("one", 1), ("sub/block", 1 << 20), ("sub/more", (1 << 20) + 1), ("sub/deep/er/some", 70_001) })
        {
            var data = new byte[bytes];
            random.NextBytes(data);
            File.WriteAllBytes($"{root}/{name}", data);
        }

        MakeSparse($"{root}/sparse", 5 << 20, (1 << 20, 4096), (3 << 20, 100));
        MakeSparse($"{root}/all-hole", 1 << 20);
        File.CreateSymbolicLink($"{root}/sub/link", "../one");
        File.CreateSymbolicLink($"{root}/dangling", "/nowhere/at/all");

        // A name that is no text.
        File.WriteAllText($"{root}/plain", "x");
        Files.Move(PosixPath.Of($"{root}/plain"), PosixPath.Of(root).Entry([0x62, 0xff, 0xfe]));

        File.SetUnixFileMode($"{root}/one", UnixFileMode.UserRead);
        File.SetUnixFileMode($"{root}/sub/more", (UnixFileMode)0x1ed);
        File.SetLastWriteTimeUtc($"{root}/one", new DateTime(2001, 2, 3, 4, 5, 6, 789, DateTimeKind.Utc));
        Directory.SetLastWriteTimeUtc($"{root}/sub/deep", new DateTime(1999, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        File.SetUnixFileMode($"{root}/empty", (UnixFileMode)0x140);
    }

    internal static void MakeSparse(string path, long size, params (long Offset, int Bytes)[] data)
    {
        using var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write);
        foreach (var (offset, bytes) in data)
        {
            var block = new byte[bytes];
            new Random(bytes).NextBytes(block);
            RandomAccess.Write(file, block, offset);
        }

        RandomAccess.SetLength(file, size);
    }

    internal static void AssertSameTree(PosixPath expected, PosixPath actual)
    {
        var from = Files.Status(expected);
        var to = Files.Status(actual);
        Assert.Equal(from.Mode, to.Mode);
        Assert.Equal((from.User, from.Group), (to.User, to.Group));
        Assert.Equal((from.Modified.Seconds, from.Modified.Nanoseconds), (to.Modified.Seconds, to.Modified.Nanoseconds));
        if (from.IsDirectory)
        {
            var names = Files.Entries(expected).Select(Convert.ToHexString).Order(StringComparer.Ordinal).ToArray();
            Assert.Equal(names, Files.Entries(actual).Select(Convert.ToHexString).Order(StringComparer.Ordinal));
            foreach (var name in names.Select(Convert.FromHexString))
            {
                AssertSameTree(expected.Entry(name), actual.Entry(name));
            }
        }
        else if (from.IsFile)
        {
            Assert.Equal(from.Size, to.Size);
            Assert.True(to.Blocks <= from.Blocks, $"{actual}: a hole was filled");
            Assert.Equal(Content(expected), Content(actual));
        }
        else
        {
            Assert.Equal(new FileInfo(expected.ToString()).LinkTarget, new FileInfo(actual.ToString()).LinkTarget);
        }
    }

    private static byte[] Content(PosixPath path)
    {
        using var file = new FileStream(new Microsoft.Win32.SafeHandles.SafeFileHandle(Files.OpenForRead(path, follow: false), true), FileAccess.Read);
        var all = new MemoryStream();
        file.CopyTo(all);
        return all.ToArray();
    }
}
