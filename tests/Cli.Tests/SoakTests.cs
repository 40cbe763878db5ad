using System.Text.Json;
using AioV2.Abi;
using AioV2.Cli.Soak;
using AioV2.Kernel;

namespace AioV2.Cli.Tests;

/// <summary><c>aio2 soak</c>: it attacks, counts what it does, and notices what breaks.</summary>
public sealed class SoakTests
{
    [Fact]
    public void A_short_soak_does_every_kind_of_step_and_finds_nothing()
    {
        var run = Aio2Command.Run("soak", "--seed", "5", "--time", "5s", "--json");

        Assert.Equal(0, run.ExitCode);
        var report = JsonDocument.Parse(run.Output).RootElement;
        Assert.Equal(JsonValueKind.Null, report.GetProperty("finding").ValueKind);
        var counts = report.GetProperty("counts");
        Assert.All(Enum.GetNames<SoakCount>().Where(n => n is not ("Steps" or "All")),
            name => Assert.True(counts.GetProperty(name).GetInt64() > 0, $"{name} never happened"));
        Assert.True(report.GetProperty("steps").GetInt64() >= 50_000);
    }

    [Fact]
    public void An_episode_can_be_run_again_by_its_number()
    {
        var run = Aio2Command.Run("soak", "--seed", "5", "--episode", "33", "--json");

        Assert.Equal(0, run.ExitCode);
        var report = JsonDocument.Parse(run.Output).RootElement;
        Assert.Equal(33, report.GetProperty("last_episode").GetInt64());
        Assert.Equal(1, report.GetProperty("counts").GetProperty("Episodes").GetInt64());
    }

    [Fact]
    public void What_an_episode_does_follows_from_seed_and_number()
    {
        var plans = Enumerable.Range(0, 200).Select(i => EpisodePlan.Of(7, i)).ToList();

        Assert.Equal(plans, Enumerable.Range(0, 200).Select(i => EpisodePlan.Of(7, i)));
        Assert.True(plans.Distinct().Count() > 150);
        Assert.NotEqual(plans, Enumerable.Range(0, 200).Select(i => EpisodePlan.Of(8, i)));
    }

    [Theory, InlineData("kill -SEGV $$", "killed by signal 11"), InlineData("echo ouch >&2; exit 3", "ouch")]
    public void The_death_of_the_child_is_a_finding(string script, string expected)
    {
        var report = new SoakRunner(new SoakOptions(9, TimeSpan.FromSeconds(1), "all", -1), ["/bin/sh", "-c", script], null).Run(TestContext.Current.CancellationToken);

        Assert.Contains(expected, report.Finding);
        Assert.Contains("--seed 9", report.Text());
    }

    /// <summary>Each of these lies breaks one law of an honest episode.</summary>
    [Theory, InlineData("drops"), InlineData("doubles"), InlineData("overruns"), InlineData("leaks")]
    public void A_kernel_that_breaks_a_law_is_found(string lie)
    {
        using var kernel = EmbeddedKernel.Create(new KernelOptions { Engine = EngineKind.Threads });
        using var journal = SoakJournal.Create();
        using var files = new SoakFiles();
        var arena = new Arena();
        var liar = new LyingKernel(kernel, lie);
        for (var episode = 0; episode < 40 && journal.Finding.Length == 0; episode++)
        {
            if (EpisodePlan.Of(3, episode) is { IsLedgered: true, MovesBuffers: false })
            {
                new Episode(journal, liar, arena, files, new Ledger(), 3, episode, TimeSpan.FromSeconds(1)).Run();
            }
        }

        Assert.NotEqual("", journal.Finding);
    }
}
