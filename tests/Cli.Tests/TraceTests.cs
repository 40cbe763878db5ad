using System.Text.Json;
using AioV2.Abi;
using AioV2.Abi.Trace;

namespace AioV2.Cli.Tests;

/// <summary><c>aio2 trace</c> and <c>--record</c>.</summary>
public sealed class TraceTests
{
    private static string Demo(TestFolder folder)
    {
        Aio2Command.Run("demo", "--record", folder["run.trace"]).ShouldSucceed();
        return folder["run.trace"];
    }

    [Fact]
    public void Python_reads_the_same_as_aio2()
    {
        using var folder = new TestFolder();
        var trace = Demo(folder);
        var python = Aio2Command.RunProgram("/usr/bin/python3", $"{Repository.Root}/tests/Cli.Tests/read_trace.py", trace);
        Assert.True(python.ExitCode == 0, python.Error);
        using var told = JsonDocument.Parse(python.Output);
        var ours = TraceFile.Open(trace);
        var records = ours.Read().ToList();

        Assert.Equal(ours.Records, told.RootElement.GetProperty("records").GetUInt64());
        Assert.Equal("closed", told.RootElement.GetProperty("reason").GetString());
        var counts = records.GroupBy(r => Aio2TraceSchema.Records[r.Kind].Name).ToDictionary(g => g.Key, g => g.Count());
        Assert.All(counts, c => Assert.Equal(c.Value, told.RootElement.GetProperty("counts").GetProperty(c.Key).GetInt32()));
        Assert.Equal(records.Sum(r => r.Values.ToArray().Sum(v => (v.Other as byte[])?.Length ?? 0)), told.RootElement.GetProperty("blobs").GetInt32());
        Assert.Equal(
            records.Where(r => r.Kind == Aio2TraceKind.Submit).Sum(r => r.Signed(Aio2TraceSubmit.Result)), told.RootElement.GetProperty("accepted").GetInt64());
    }

    [Fact]
    public void Show_gives_a_line_for_each_record_to_people_and_to_programs()
    {
        using var folder = new TestFolder();
        var trace = Demo(folder);
        var records = TraceFile.Open(trace).Read().ToList();
        var text = Aio2Command.Run("trace", "show", trace).ShouldSucceed().Output.TrimEnd().Split('\n');
        var json = Aio2Command.Run("trace", "show", "--json", trace).ShouldSucceed().Output.TrimEnd().Split('\n');

        Assert.Equal(records.Count + 1, text.Length);
        Assert.Contains("0 lost, closed", text[^1], StringComparison.Ordinal);
        Assert.Equal(records.Count, json.Length);
        foreach (var (record, line) in records.Zip(json))
        {
            using var one = JsonDocument.Parse(line);
            Assert.Equal(Aio2TraceSchema.Records[record.Kind].Name, one.RootElement.GetProperty("record").GetString());
            Assert.Equal(record.Number(0), one.RootElement.GetProperty("time").GetUInt64());
        }
    }

    [Fact]
    public void A_trace_that_is_cut_or_damaged_is_refused_with_its_offset()
    {
        using var folder = new TestFolder();
        var whole = File.ReadAllBytes(Demo(folder));
        File.WriteAllBytes(folder["cut"], whole[..^10]);
        whole[^100] ^= 1;
        File.WriteAllBytes(folder["damaged"], whole);

        Aio2Command.Run("trace", "show", folder["cut"]).ShouldFail(ExitCode.Failure, "cut short");
        Aio2Command.Run("trace", "show", folder["damaged"]).ShouldFail(ExitCode.Failure, "offset");
        Aio2Command.Run("trace", "show", folder["none"]).ShouldFail(ExitCode.Failure, folder["none"]);
    }

    [Fact]
    public void A_copy_can_be_recorded()
    {
        using var folder = new TestFolder();
        var source = folder.File("source", 300_000);
        Aio2Command.Run("copy", "--block", "4K", "--record", folder["copy.trace"], source, folder["target"]).ShouldSucceed();

        Assert.Equal(File.ReadAllBytes(source), File.ReadAllBytes(folder["target"]));
        var accepted = TraceFile.Open(folder["copy.trace"]).Read().Where(r => r.Kind == Aio2TraceKind.Accept).Sum(r => r.Signed(Aio2TraceAccept.Count));
        Assert.InRange(accepted, 2 * 74, long.MaxValue);
    }

    [Fact]
    public void An_episode_of_a_soak_can_be_recorded()
    {
        using var folder = new TestFolder();
        Aio2Command.Run("soak", "--seed", "3", "--episode", "1", "--json", "--record", folder["soak.trace"]).ShouldSucceed();

        var trace = TraceFile.Open(folder["soak.trace"]);
        Assert.Equal("closed", trace.Reason);
        Assert.Contains(trace.Read(), r => r.Kind == Aio2TraceKind.Accept);
        Assert.Contains(trace.Read(), r => r.Kind == Aio2TraceKind.Destroy);
    }

    [Fact]
    public void Recording_a_program_that_makes_no_call_says_so()
    {
        using var folder = new TestFolder();
        var outcome = Aio2Command.Run("trace", "record", "-o", folder["run.trace"], "--", "/bin/true");
        outcome.ShouldFail(ExitCode.Failure, "recorded nothing");
        Aio2Command.Run("trace", "record", "-o", folder["run.trace"], "--", folder["none"]).ShouldFail(ExitCode.Failure, folder["none"]);
    }

    [Fact]
    public void A_trace_that_cannot_be_written_is_an_error_before_anything_is_done()
    {
        using var folder = new TestFolder();
        Aio2Command.Run("demo", "--record", folder["none/run.trace"]).ShouldFail(ExitCode.Failure, folder["none/run.trace"]);
    }

    [Fact]
    public void What_conform_records_is_made_again_on_another_engine_and_has_nothing_to_minimise()
    {
        using var folder = new TestFolder();
        Aio2Command.Run("conform", "--engine", "threads", "--runs", "64", "--parallel-time", "0s", "--requirements", "SUBMIT-3", "--format", "json", "--record", folder["run.trace"]).ShouldSucceed();

        var told = Aio2Command.Run("trace", "replay", folder["run.trace"], "--engine", "simulated", "--json").ShouldSucceed().Output;
        using var json = JsonDocument.Parse(told);
        Assert.Equal(0, json.RootElement.GetProperty("broken").GetInt32());
        Assert.True(json.RootElement.GetProperty("steps").GetInt64() > 1000);
        Aio2Command.Run("trace", "minimise", folder["run.trace"], "-o", folder["least"], "--engine", "threads").ShouldFail(ExitCode.Failure, "nothing in it breaks anything");
        Assert.False(File.Exists(folder["least"]));
    }

    [Fact]
    public void A_program_is_made_again_from_its_trace_and_a_library_that_is_none_is_told()
    {
        using var folder = new TestFolder();
        var trace = Demo(folder);
        Assert.Contains("0 broke something", Aio2Command.Run("trace", "replay", trace, "--engine", "threads").ShouldSucceed().Output, StringComparison.Ordinal);
        var outcome = Aio2Command.Run("trace", "replay", trace, "--library", folder["none.so"]);
        Assert.Equal(3, outcome.ExitCode);
        Assert.Contains("none.so", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void View_makes_a_page_that_holds_everything()
    {
        using var folder = new TestFolder();
        var outcome = Aio2Command.Run("trace", "view", Demo(folder), "-o", folder["run.html"]).ShouldSucceed();
        Assert.Contains("205 requests, 2 contexts", outcome.Output, StringComparison.Ordinal);
        var page = File.ReadAllText(folder["run.html"]);
        Assert.DoesNotContain("http://", page, StringComparison.Ordinal);
        Assert.DoesNotContain("https://", page, StringComparison.Ordinal);
        Assert.DoesNotContain("/*", page.Split("<script type")[1], StringComparison.Ordinal);
    }
}
