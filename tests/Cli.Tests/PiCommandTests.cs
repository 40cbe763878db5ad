using System.Text.Json;
using AioV2.Tests;

namespace AioV2.Cli.Tests;

/// <summary><c>aio2 pi</c>, run as a user runs it (ATTR-8).</summary>
public sealed class PiCommandTests
{
    [Theory, Requirement("ATTR-8")]
    [InlineData("1", "512", "crc16")]
    [InlineData("2", "4096", "ip")]
    [InlineData("3", "512", "crc64")]
    public void Format_scrub_inject_scrub(string type, string interval, string guard)
    {
        using var folder = new TestFolder();
        var disk = folder["disk.img"];
        Aio2Command.Run("pi", "format", disk, "--size", "1M", "--type", type, "--interval", interval, "--guard", guard).ShouldSucceed();
        Assert.Equal(1 << 20, new FileInfo(disk).Length);
        Assert.Equal("0 bad\n", Aio2Command.Run("pi", "scrub", disk).ShouldSucceed().Output);

        var bytes = int.Parse(interval, System.Globalization.CultureInfo.InvariantCulture);
        Aio2Command.Run("pi", "inject", disk, "--byte", $"{(5 * bytes) + 11}").ShouldSucceed();
        var record = (guard == "crc64" ? 16 : 8) + 8;
        Aio2Command.Run("pi", "inject", disk, "--byte", $"{4096 + (9 * record) + 2}", "--sidecar").ShouldSucceed();

        var (code, output, error) = Aio2Command.Run("pi", "scrub", disk);
        Assert.Equal((1, ""), (code, error));
        var lines = output.TrimEnd('\n').Split('\n');
        Assert.Equal(3, lines.Length);
        Assert.StartsWith($"interval 5 (bytes {5 * bytes} to {(6 * bytes) - 1}): guard expected 0x", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("interval 9 ", lines[1], StringComparison.Ordinal);
        Assert.Equal("2 bad", lines[2]);

        (code, output, _) = Aio2Command.Run("pi", "scrub", "--json", disk);
        using var json = JsonDocument.Parse(output);
        Assert.Equal(1, code);
        Assert.Equal([5, 9], json.RootElement.GetProperty("bad").EnumerateArray().Select(b => b.GetProperty("interval").GetInt32()));
        Assert.Equal("guard", json.RootElement.GetProperty("bad")[0].GetProperty("check").GetString());
    }

    [Fact, Requirement("ATTR-8")]
    public void An_existing_file_is_protected_as_it_is_and_shown()
    {
        using var folder = new TestFolder();
        var disk = folder.File("disk.img", 8192);
        var before = File.ReadAllBytes(disk);

        var told = Aio2Command.Run("pi", "format", disk, "--guard", "crc64", "--metadata", "32").ShouldSucceed().Output;

        Assert.Equal(before, File.ReadAllBytes(disk));
        Assert.Equal(told, Aio2Command.Run("pi", "show", disk).ShouldSucceed().Output);
        Assert.Contains("metadata   32 bytes, the tuple in the last 16\n", told, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(Aio2Command.Run("pi", "show", "--json", disk).ShouldSucceed().Output);
        Assert.Equal(("crc64", 16, $"{disk}.pi"), (json.RootElement.GetProperty("guard").GetString(),
            json.RootElement.GetProperty("intervals").GetInt32(), json.RootElement.GetProperty("sidecar").GetString()));
        Aio2Command.Run("pi", "format", disk).ShouldFail(1, "protected already");
        Aio2Command.Run("pi", "format", disk, "--force").ShouldSucceed();
        Assert.Equal("0 bad\n", Aio2Command.Run("pi", "scrub", disk).ShouldSucceed().Output);
    }

    [Fact, Requirement("ATTR-8")]
    public void What_is_wrong_with_a_pair_is_said_in_one_line()
    {
        using var folder = new TestFolder();
        var disk = folder["disk.img"];
        var other = folder["other.img"];
        Aio2Command.Run("pi", "scrub", disk).ShouldFail(1, disk);
        folder.File("plain", 512);
        Aio2Command.Run("pi", "show", folder["plain"]).ShouldFail(1, "is not protected");
        Aio2Command.Run("pi", "inject", folder["plain"], "--byte", "1").ShouldFail(1, "is not protected");
        Aio2Command.Run("pi", "format", disk, "--size", "64K").ShouldSucceed();
        Aio2Command.Run("pi", "format", other, "--size", "64K").ShouldSucceed();
        Aio2Command.Run("pi", "inject", disk, "--byte", "65536").ShouldFail(1, "only 65536 bytes");

        File.Copy($"{other}.pi", $"{disk}.pi", overwrite: true);
        Aio2Command.Run("pi", "scrub", disk).ShouldFail(1, $"{disk}.pi is foreign");
        using (var stream = new FileStream($"{other}.pi", FileMode.Open))
        {
            stream.SetLength(5000);
        }

        Aio2Command.Run("pi", "scrub", other).ShouldFail(1, $"{other}.pi is truncated");
        Aio2Command.Run("pi", "inject", other, "--byte", "50", "--sidecar").ShouldSucceed();
        Aio2Command.Run("pi", "show", other).ShouldFail(1, $"{other}.pi is damaged");
        File.Delete($"{other}.pi");
        Aio2Command.Run("pi", "scrub", other).ShouldFail(1, $"{other}.pi of {other} is missing");
    }

    [Fact]
    public void A_wrong_command_line_tries_nothing()
    {
        using var folder = new TestFolder();
        Aio2Command.Run("pi", "format", folder["a"], "--size", "16X").ShouldFail(2, "--size");
        Aio2Command.Run("pi", "format", folder["a"], "--size", "1M", "--type", "4").ShouldFail(2, "--type must be one of 1, 2, 3");
        Aio2Command.Run("pi", "format", folder["a"], "--size", "1M", "--metadata", "4").ShouldFail(1, "--metadata");
        Aio2Command.Run("pi", "format", folder["a"]).ShouldFail(1, "--size");
        Aio2Command.Run("pi", "inject", folder["a"]).ShouldFail(2, "--byte");
        Aio2Command.Run("pi", "inject", folder["a"], "--byte", "-5").ShouldFail(2, "--byte");
        Aio2Command.Run("pi", "inject", folder["a"], "--byte", "99999999999999999999").ShouldFail(2, "--byte");
        Aio2Command.Run("pi", "inject", folder["a"], "--byte", "x").ShouldFail(2, "--byte");
        Assert.Empty(folder.Names());
        Aio2Command.Run("pi", "format", folder["a"], "--size", "1000").ShouldFail(1, "multiple of the interval");
        Assert.Empty(folder.Names());
        Assert.Contains("Examples:", Aio2Command.Run("pi", "scrub", "--help").ShouldSucceed().Output, StringComparison.Ordinal);
    }

    [Fact, Requirement("ATTR-8")]
    public void A_format_that_fails_leaves_no_new_file_and_an_old_one_as_it_was()
    {
        using var folder = new TestFolder();
        Aio2Command.Run("pi", "format", folder["new"], "--size", "900000G").ShouldFail(1, "new");
        Assert.Empty(folder.Names());

        var old = folder.File("old", 1000);
        var before = File.ReadAllBytes(old);
        Aio2Command.Run("pi", "format", old, "--size", "900000G").ShouldFail(1, "old");
        Assert.Equal(before, File.ReadAllBytes(old));

        // What has the sidecar's name and is none stays, and stops it.
        var other = folder.File("old.pi", 100);
        Aio2Command.Run("pi", "format", old, "--size", "1M").ShouldFail(1, "is no sidecar");
        File.Delete(other);
        Directory.CreateDirectory(other);
        Aio2Command.Run("pi", "format", old, "--size", "1M").ShouldFail(1, "old");
        Assert.Equal(before, File.ReadAllBytes(old));
        Assert.Equal(["old", "old.pi"], folder.Names().Order());
    }
}
