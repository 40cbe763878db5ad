using System.Runtime.InteropServices;
using System.Text.Json;
using YamlDotNet.RepresentationModel;

namespace AioV2.Cli.Tests;

/// <summary>Shards, their files, and what docs/campaigns.md tells a scheduler to start. The job array itself is run by tests/campaign/slurm.sh.</summary>
public sealed partial class CampaignTests
{
    private static readonly string[] Quick = ["--engine", "simulated", "--requirements", "SETUP-1,SETUP-11", "--runs", "128", "--parallel-time", "0s"];

    private static string Document => File.ReadAllText(Path.Combine(Repository.Root, "docs", "campaigns.md"));

    private static string Block(string fence)
    {
        string begin = $"```{fence}\n";
        int at = Document.IndexOf(begin, StringComparison.Ordinal) + begin.Length;
        Assert.True(at > begin.Length, $"docs/campaigns.md has no {fence}");
        return Document[at..Document.IndexOf("```", at, StringComparison.Ordinal)];
    }

    private static Aio2Command.Outcome Shard(string path, int shard, int shards, int seed = 7) =>
        Aio2Command.Run(["conform", "--shard", $"{shard}/{shards}", "--seed", $"{seed}", "--output", path, "--format", "json", "--time", "2s", .. Quick]);

    [Fact]
    public void A_lost_shard_is_told_and_a_rerun_does_only_what_was_lost()
    {
        using var folder = new TestFolder();
        string[] files = [folder["1.json"], folder["2.json"], folder["3.json"]];
        Shard(files[0], 1, 3).ShouldSucceed();
        Shard(files[2], 3, 3).ShouldSucceed();
        var written = File.GetLastWriteTimeUtc(files[0]);

        Aio2Command.Run("conform", "merge", files[0], files[2]).ShouldFail(3, "lost: shard 2 of 3; run with --shard 2/3 --seed 7");
        Assert.All(Enumerable.Range(1, 3), i => Shard(files[i - 1], i, 3).ShouldSucceed());
        var merged = Aio2Command.Run(["conform", "merge", .. files, "--format", "json"]).ShouldSucceed();

        Assert.Equal(written, File.GetLastWriteTimeUtc(files[0]));
        Assert.True(JsonDocument.Parse(merged.Output).RootElement.GetProperty("conforms").GetBoolean());
        Assert.Equal(3, Directory.GetFileSystemEntries(Path.GetDirectoryName(files[0])!).Length);
    }

    [Fact]
    public void Several_children_make_one_run_and_the_verdict_says_how_many()
    {
        var run = Aio2Command.Run(["conform", "--jobs", "2", "--format", "json", .. Quick, "--time", "60s"]).ShouldSucceed();

        var verdict = JsonDocument.Parse(run.Output).RootElement;
        Assert.Equal(2, verdict.GetProperty("jobs").GetInt32());
        Assert.Equal(128 * 41, verdict.GetProperty("randomSteps").GetInt64());
        Aio2Command.Run("conform", "--jobs", "0").ShouldFail(2, "--jobs takes a number from 1 to 256");
    }

    [Theory]
    [InlineData(2)]
    [InlineData(15)]
    public async Task A_signal_ends_a_run_without_a_verdict_or_children(int signal)
    {
        using var folder = new TestFolder();
        using var process = Aio2Command.Start(Aio2Command.Path, "conform", "--engine", "simulated", "--jobs", "2", "--runs", "100000000", "--time", "10m", "--requirements", "SETUP-1", "--output", folder["1.json"]);
        var output = process.StandardOutput.ReadToEndAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        using var end = patience.Token.Register(process.Kill);
        for (string? told = ""; told?.StartsWith("random", StringComparison.Ordinal) == false;)
        {
            told = await process.StandardError.ReadLineAsync(patience.Token);
        }

        var children = ChildrenOf(process.Id);
        Assert.NotEmpty(children);
        Assert.Equal(0, Kill(process.Id, signal));

        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(60)), "it does not stop");
        Assert.Equal(130, process.ExitCode);
        Assert.EndsWith("aio2: interrupted\n", await process.StandardError.ReadToEndAsync());
        Assert.Equal("", await output);
        Assert.False(File.Exists(folder["1.json"]));
        Assert.All(children, c => Assert.False(Directory.Exists(c), $"{c} is left"));
    }

    // Threads that start children come and go.
    private static List<string> ChildrenOf(int process) => [.. Directory.GetDirectories("/proc").Where(p =>
    {
        try
        {
            return File.ReadAllText(Path.Combine(p, "status")).Contains($"\nPPid:\t{process}\n", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It has ended meanwhile, or is no process.
            return false;
        }
    })];

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);

    [Fact]
    public void A_file_of_another_run_is_not_taken_for_this_one()
    {
        using var folder = new TestFolder();
        string path = folder["1.json"];
        Shard(path, 1, 2).ShouldSucceed();

        Shard(path, 1, 2, seed: 8).ShouldFail(1, "seed 7, not 1/2");
        Shard(path, 2, 2).ShouldFail(1, "is shard 1/2");
        File.WriteAllText(path, "{");
        Shard(path, 1, 2).ShouldFail(1, "remove it to run the shard again");
        Aio2Command.Run("conform", "merge", path).ShouldFail(3, "1.json: no verdict");
    }

    [Fact]
    public void The_job_array_is_a_script_that_names_its_own_number_of_shards()
    {
        using var folder = new TestFolder();
        string script = folder["conform.sbatch"];
        File.WriteAllText(script, Block("bash slurm"));

        Aio2Command.RunProgram("sh", "-n", script).ShouldSucceed();
        var array = Assert.Single(File.ReadLines(script), l => l.StartsWith("#SBATCH --array=", StringComparison.Ordinal));
        var shards = Assert.Single(File.ReadLines(script), l => l.StartsWith("shards=", StringComparison.Ordinal));
        Assert.Equal(array["#SBATCH --array=1-".Length..], shards["shards=".Length..]);
    }

    /// <summary>The fields that the API server of Kubernetes 1.29 checks for an Indexed Job, and the command by running it.</summary>
    [Fact]
    public void The_indexed_job_is_whole_and_its_command_runs_a_shard()
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(Block("yaml kubernetes")));
        var job = Assert.Single(yaml.Documents).RootNode;
        Assert.Equal(("batch/v1", "Job"), (Text(job["apiVersion"]), Text(job["kind"])));
        Assert.Matches("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", Text(job["metadata"]["name"]));
        var spec = job["spec"];
        Assert.Equal("Indexed", Text(spec["completionMode"]));
        int shards = int.Parse(Text(spec["completions"]));
        Assert.InRange(int.Parse(Text(spec["parallelism"])), 1, shards);
        Assert.InRange(int.Parse(Text(spec["maxFailedIndexes"])), 1, shards);
        var pod = spec["template"]["spec"];

        // backoffLimitPerIndex is refused with any other policy.
        Assert.True(int.Parse(Text(spec["backoffLimitPerIndex"])) >= 0);
        Assert.Equal("Never", Text(pod["restartPolicy"]));
        var container = Assert.Single((YamlSequenceNode)pod["containers"]);
        Assert.NotEmpty(Text(container["image"]));
        Assert.Equal(
            ((YamlSequenceNode)pod["volumes"]).Select(v => Text(v["name"])).Order(), ((YamlSequenceNode)container["volumeMounts"]).Select(v => Text(v["name"])).Order());
        RunsShard([.. ((YamlSequenceNode)container["command"]).Select(Text), .. ((YamlSequenceNode)container["args"]).Select(Text)], shards);
    }

    private static void RunsShard(string[] command, int shards)
    {
        using var folder = new TestFolder();
        string results = Path.GetDirectoryName(folder["x"])!;
        string script = command[2].Replace("/results/", $"{results}/", StringComparison.Ordinal).Replace("--time 10m", string.Join(' ', Quick), StringComparison.Ordinal);
        string line = $"JOB_COMPLETION_INDEX=2; PATH={Path.GetDirectoryName(Aio2Command.Path)}:$PATH; {script}";

        Aio2Command.RunProgram(command[0], command[1], line).ShouldSucceed();

        var verdict = JsonDocument.Parse(File.ReadAllText(folder["3.json"])).RootElement;
        Assert.Equal((3, shards, 7ul), (verdict.GetProperty("shard").GetInt32(), verdict.GetProperty("shards").GetInt32(), verdict.GetProperty("seed").GetUInt64()));
    }

    private static string Text(YamlNode node) => ((YamlScalarNode)node).Value!;
}
