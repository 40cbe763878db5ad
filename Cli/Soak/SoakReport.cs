using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace AioV2.Cli.Soak;

/// <summary>What a soak did, and what it found.</summary>
internal sealed record SoakReport(SoakOptions Options, TimeSpan Elapsed, long[] Counts, long LastEpisode, string? Finding)
{
    /// <summary>Hostile steps in all.</summary>
    public long Steps => Counts[..(int)SoakCount.Steps].Sum();

    public string Text()
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"soak: seed {Options.Seed}, {Elapsed.TotalSeconds:0.0} s, {Steps} hostile steps ({Steps / Math.Max(0.001, Elapsed.TotalSeconds):0} a second)");
        foreach (var (name, count) in Rows())
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  {name,-20} {count,12}");
        }

        if (Finding is null)
        {
            text.AppendLine("nothing was found");
        }
        else
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"FOUND in episode {LastEpisode}: {Finding}");
            text.AppendLine(CultureInfo.InvariantCulture, $"  again: aio2 soak --seed {Options.Seed} --engine {Options.Engine} --episode {LastEpisode}");
        }

        return text.ToString();
    }

    public string Json()
    {
        var counts = new JsonObject();
        foreach (var (name, count) in Rows())
        {
            counts[name] = count;
        }

        return new JsonObject
        {
            ["seed"] = Options.Seed, ["engine"] = Options.Engine, ["seconds"] = Math.Round(Elapsed.TotalSeconds, 3), ["steps"] = Steps,
            ["counts"] = counts, ["last_episode"] = LastEpisode, ["finding"] = Finding,
        }.ToJsonString() + "\n";
    }

    private IEnumerable<(string Name, long Count)> Rows() =>
        Enumerable.Range(0, (int)SoakCount.All).Select(i => (NameOf(i), Counts[i]));

    private static string NameOf(int i) => i == (int)SoakCount.Episodes ? "Episodes" : ((SoakCount)i).ToString();
}
