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
        // Rare kinds, and many steps, take as long as they take where the machine is busy.
        var missing = Enum.GetNames<SoakCount>().Where(n => n is not ("Steps" or "All")).ToList();
        long steps = 0;
        foreach (var time in new[] { "6s", "20s", "60s", "120s" })
        {
            var run = Aio2Command.Run("soak", "--seed", "5", "--time", time, "--json");

            Assert.True(run.ExitCode == 0, run.Output + run.Error);
            var report = JsonDocument.Parse(run.Output).RootElement;
            Assert.Equal(JsonValueKind.Null, report.GetProperty("finding").ValueKind);
            steps += report.GetProperty("steps").GetInt64();
            var counts = report.GetProperty("counts");
            _ = missing.RemoveAll(n => counts.GetProperty(n).GetInt64() != 0);
            if (missing.Count == 0 && steps >= 50_000)
            {
                break;
            }
        }

        Assert.Empty(missing);
        Assert.True(steps >= 50_000, $"{steps} steps");
    }

    [Theory, InlineData("Exit", "LeftByExit"), InlineData("ExitNow", "LeftByExit"), InlineData("Kill", "LeftByExit"), InlineData("Exec", "LeftByExec")]
    public void A_process_that_leaves_with_requests_in_flight_is_no_finding_and_nothing_is_left_of_it(string way, string count)
    {
        var episode = Enumerable.Range(0, 10_000).First(i => EpisodePlan.Of(5, i).Leaves.ToString() == way);
        var run = Aio2Command.Run("soak", "--seed", "5", "--episode", $"{episode}", "--json");

        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        Assert.Equal(1, JsonDocument.Parse(run.Output).RootElement.GetProperty("counts").GetProperty(count).GetInt64());
    }

    /// <summary>A scribbler made a record shorter, the attribute behind it was taken for a PWRITE, and its payload of ones named
    /// descriptor 1: the soak blamed the kernel for what it had asked itself.</summary>
    [Fact]
    public unsafe void An_attribute_that_is_taken_for_a_record_names_no_descriptor_of_the_process()
    {
        var draw = new IocbDraw(new Arena());
        var dice = new Dice(1);
        var at = stackalloc ulong[Iocb2.SizeOf / sizeof(ulong)];
        for (var i = 0; i < 10_000; i++)
        {
            Assert.Equal(Iocb2.SizeOf, draw.Attribute((byte*)at, isScribbled: true, ref dice));
            var taken = (Iocb2*)at;
            Assert.True(taken->Fd < 0 || taken->Fd >= SoakFiles.Slot(0), $"attribute {i} names descriptor {taken->Fd}");
            Assert.True(taken->Len <= Arena.CellRoom || taken->Len > long.MaxValue - 8, $"attribute {i} has length {taken->Len}");
        }
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
    [Theory, InlineData("drops"), InlineData("doubles"), InlineData("overruns"), InlineData("leaks"), InlineData("expires"), InlineData("misissues")]
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
