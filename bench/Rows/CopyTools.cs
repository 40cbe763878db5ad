using System.Globalization;
using System.Text.Json;
using AioV2.Bench.Harness;
using AioV2.Bench.Peers;

namespace AioV2.Bench.Rows;

/// <summary>Copying one large file on tmpfs to a file that does not exist yet; each program tells its own copying time.</summary>
internal static class CopyTools
{
    /// <summary><c>aio2 copy</c>.</summary>
    public static ISide Ours(Stage stage, string aio2, string attributes)
    {
        var (source, target) = Paths(stage);
        return new ToolSide(
            aio2, ["copy", source, target, "--attributes", attributes, "--json"], () => File.Delete(target), (output, _) => ElapsedOfCopy(output));
    }

    /// <summary><c>dd bs=1M</c>.</summary>
    public static ISide Dd(Stage stage)
    {
        var (source, target) = Paths(stage);
        return new ToolSide("dd", [$"if={source}", $"of={target}", "bs=1M"], () => File.Delete(target), (_, errors) => ElapsedOfDd(errors));
    }

    /// <summary>The copying time in the report of <c>aio2 copy --json</c>, ns.</summary>
    internal static long ElapsedOfCopy(string json)
    {
        using var report = JsonDocument.Parse(json);
        return report.RootElement.GetProperty("elapsed_ns").GetInt64();
    }

    /// <summary>The copying time in dd's last line, <c>… copied, 0.0712 s, 3.8 GB/s</c>, ns.</summary>
    internal static long ElapsedOfDd(string errors)
    {
        var words = errors.Split(", ");
        var seconds = Array.FindIndex(words, w => w.EndsWith(" s", StringComparison.Ordinal));
        return seconds >= 0 && double.TryParse(words[seconds][..^2], CultureInfo.InvariantCulture, out var time)
            ? (long)(time * 1e9)
            : throw new BenchException($"dd wrote \"{errors.Trim()}\"");
    }

    private static (string Source, string Target) Paths(Stage stage)
    {
        var source = stage.Files.CopySource(stage.Options.CopyBytes);
        return (source, source + ".copy");
    }
}
