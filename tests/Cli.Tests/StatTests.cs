using System.Runtime.InteropServices;
using System.Text.Json;
using AioV2.Cli.Posix;
using AioV2.Tests;

namespace AioV2.Cli.Tests;

/// <summary><c>aio2 stat</c> against what was dropped from the page cache.</summary>
public sealed class StatTests
{
    private const int Page = 4096, Pages = 64;
    private const int SigInt = 2;

    [Fact, Requirement("ATTR-7")]
    public void It_tells_how_much_is_cached_and_leaves_the_cache_as_it_was()
    {
        using var folder = TestFolder.OnDisk();
        var file = folder.File("half", Pages * Page);
        CacheUpTo(file, Pages / 2 * Page);

        // Twice: the first round's own reads must not count in the second.
        for (var i = 0; i < 2; i++)
        {
            var told = Stat(file);
            var hits = Hits(told, Pages, Pages / 2);
            Assert.Equal((Pages * Page, Pages, 0, Pages - hits), (Number(told, "size"), Number(told, "reads"), Number(told, "partials"), Number(told, "misses")));
            Assert.Equal((double)hits / Pages, told.GetProperty("cached_share").GetDouble());
            Assert.Equal((Pages, hits, Pages - hits), (Count(told, "latency_ns"), Count(told, "hit_latency_ns"), Count(told, "miss_latency_ns")));
            Assert.Equal((0, 0, 0), (Number(told, "failures"), Number(told, "continued"), Number(told, "retried")));
        }

        Assert.Equal(Pages, Number(Stat(file, "--keep"), "reads"));
        Assert.Equal(Pages, Number(Stat(file), "hits"));
    }

    [Fact]
    public void A_read_across_the_border_is_partial_and_the_rest_is_given_back()
    {
        using var folder = TestFolder.OnDisk();
        var file = folder.File("border", 2 * Page);
        CacheUpTo(file, Page);
        for (var i = 0; i < 2; i++)
        {
            var told = Stat(file, "--block", "8K");
            Assert.Equal(1, Number(told, "reads"));
            Assert.True((Number(told, "partials"), Number(told, "cached_bytes")) is (1, Page) or (0, 2 * Page), told.ToString());
        }
    }

    [Fact]
    public void The_table_has_a_row_for_each_file_in_their_order()
    {
        using var folder = TestFolder.OnDisk();
        string[] files = [folder.File("a", 100), folder.File("b", 0), folder.File("c", 5 * Page)];
        var lines = Aio2Command.Run(["stat", .. files]).ShouldSucceed().Output.Split('\n').Where(line => line.Trim().Length > 0).ToArray();

        Assert.All(Columns, column => Assert.Contains($"{column} ", lines[0] + " ", StringComparison.Ordinal));
        Assert.Equal(files, lines[1..4].Select(line => line.TrimStart().Split(' ')[0]));
        Assert.Matches(@" 100B +100\.0% +1/0/0 ", lines[1]);
        Assert.Matches(@" 0B +- +- +- ", lines[2]);
        Assert.Matches(@" 20KiB +100\.0% +5/0/0 +[0-9.]+(ns|µs|ms|s) ", lines[3]);
    }

    [Fact]
    public void Samples_are_spread_over_the_file()
    {
        using var folder = TestFolder.OnDisk();
        var file = folder.File("large", 1000 * Page);
        CacheUpTo(file, 500 * Page);
        var told = Stat(file, "--samples", "100");
        Assert.Equal((100, 100 - Hits(told, 100, 50)), (Number(told, "reads"), Number(told, "misses")));
    }

    [Theory, InlineData(0x1a4u, "EPERM"), InlineData(0x1b6u, null), Requirement("ATTR-7")]
    public void A_child_of_another_user_learns_of_the_cache_only_where_it_may_write(uint mode, string? refused)
    {
        using var folder = TestFolder.OnDisk();
        var file = folder.File("foreign", 2 * Page);
        using (var handle = File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite))
        {
            Assert.Equal(0, Libc.Chmod((int)handle.DangerousGetHandle(), mode));
        }

        var output = Aio2Command.RunProgram(
            "setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", Aio2Command.Path, "stat", "--json", file).ShouldSucceed().Output;

        var told = JsonDocument.Parse(output).RootElement.GetProperty("files")[0];
        Assert.Equal((2, refused, refused is null ? 2 : 0), (Number(told, "reads"), told.GetProperty("cache_error").GetString(), Number(told, "hits")));
        Assert.Equal(refused is null ? JsonValueKind.Number : JsonValueKind.Null, told.GetProperty("cached_share").ValueKind);
    }

    [Fact]
    public void What_cannot_be_sampled_is_refused_by_name()
    {
        using var folder = TestFolder.OnDisk();
        Aio2Command.Run("stat", folder["missing"]).ShouldFail(ExitCode.Failure, "missing");
        Aio2Command.Run("stat", folder.Path).ShouldFail(ExitCode.Failure, "not a regular file");
        Aio2Command.Run("stat", "/dev/null").ShouldFail(ExitCode.Failure, "not a regular file");
        Aio2Command.Run("stat").ShouldFail(ExitCode.Usage, "FILE");
        foreach (var (option, value) in new[] { ("--samples", "0"), ("--interval", "0"), ("--block", "4097"), ("--block", "32M"), ("--samples", "many") })
        {
            Aio2Command.Run("stat", folder.File("f", 1), option, value).ShouldFail(ExitCode.Usage, value == "many" ? "many" : option);
        }
    }

    [Theory, InlineData("--json"), InlineData(null)]
    public async Task Followed_rounds_end_with_sigint_behind_a_whole_one(string? json)
    {
        using var folder = TestFolder.OnDisk();
        var file = folder.File("f", 3 * Page);
        string[] args = ["stat", "--follow", "--interval", "0.01", file];
        using var process = Aio2Command.Start(Aio2Command.Path, json is null ? args : [.. args, json]);

        // Seen some rounds; then it may end at any point of the next.
        var seen = new List<string>();
        while (seen.Count < 12)
        {
            seen.Add(Assert.IsType<string>(await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken)));
        }

        Assert.Equal(0, Kill(process.Id, SigInt));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var rest = await process.StandardOutput.ReadToEndAsync(patience.Token);
        var error = await process.StandardError.ReadToEndAsync(patience.Token);
        await process.WaitForExitAsync(patience.Token);
        Assert.Equal((0, ""), (process.ExitCode, error));
        if (json is null)
        {
            Assert.Contains("their p50", rest.TrimEnd().Split('\n')[^1] + seen[^1], StringComparison.Ordinal);
            return;
        }

        var rounds = seen.Concat(rest.Split('\n', StringSplitOptions.RemoveEmptyEntries)).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(Enumerable.Range(1, rounds.Count), rounds.Select(round => Number(round, "round")));
        Assert.All(rounds, round => Assert.Equal(3, Number(round.GetProperty("files")[0], "reads")));
    }

    [Fact]
    public void Help_says_what_it_does_to_the_cache()
    {
        var help = Aio2Command.Run("stat", "--help").ShouldSucceed().Output;
        Assert.All(new[] { "posix_fadvise", "EPERM", "Exit codes", "SIGINT" }, text => Assert.Contains(text, help, StringComparison.Ordinal));
    }

    private static string[] Columns => Cli.Stat.StatTable.Columns;

    private static JsonElement Stat(string file, params string[] options)
    {
        var output = Aio2Command.Run(["stat", "--json", file, .. options]).ShouldSucceed().Output;
        return JsonDocument.Parse(Assert.Single(output.TrimEnd().Split('\n'))).RootElement.GetProperty("files")[0];
    }

    private static int Number(JsonElement told, string name) => told.GetProperty(name).GetInt32();

    private static int Count(JsonElement told, string name) => Number(told.GetProperty(name), "count");

    // Drops all, then reads the pages before the offset, one by one: pages written together may only be dropped together.
    // A device may be fast enough to answer inside the attempt that does not wait: then what was not cached counts as hit, and
    // never the other way round.
    private static int Hits(JsonElement told, int reads, int cached)
    {
        var hits = Number(told, "hits");
        Assert.InRange(hits, cached, reads);
        return hits;
    }

    private static void CacheUpTo(string path, int offset)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        var fd = (int)file.DangerousGetHandle();
        RandomAccess.FlushToDisk(file);
        Assert.Equal(0, Libc.Advise(fd, 0, 0, Libc.AdviceDontneed));
        Assert.Equal(0, Libc.Advise(fd, 0, 0, Libc.AdviceRandom));
        for (var at = 0; at < offset; at += Page)
        {
            Assert.Equal(Page, RandomAccess.Read(file, new byte[Page], at));
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int pid, int signal);
}
