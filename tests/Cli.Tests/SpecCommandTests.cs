using System.Text.Json;
using AioV2.Tests;

namespace AioV2.Cli.Tests;

/// <summary><c>aio2 spec</c>, run as a designer runs it.</summary>
public sealed class SpecCommandTests : IDisposable
{
    private static readonly string Spec = $"{Repository.Root}/Spec/aio2.yaml";

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact, Requirement("ABI-1")]
    public void Layout_draws_one_struct_or_all_as_text_picture_or_JSON()
    {
        var one = Aio2Command.Run("spec", "layout", "io_event2", "--spec", Spec).ShouldSucceed().Output;
        Assert.Contains("   16  | res s64", one, StringComparison.Ordinal);
        Assert.StartsWith("<svg xmlns=", Aio2Command.Run("spec", "layout", "--svg", "--spec", Spec).ShouldSucceed().Output, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(Aio2Command.Run("spec", "layout", "--json", "--spec", Spec).ShouldSucceed().Output);
        Assert.True(json.RootElement.GetArrayLength() > 20);
        Aio2Command.Run("spec", "layout", "iocb3", "--spec", Spec).ShouldFail(1, "no struct 'iocb3'");
        Aio2Command.Run("spec", "layout", "--svg", "--json").ShouldFail(2, "exclude each other");
    }

    [Fact]
    public void Show_tells_what_there_is_and_one_thing_in_full()
    {
        Assert.Contains("structs (", Aio2Command.Run("spec", "show", "--spec", Spec).ShouldSucceed().Output, StringComparison.Ordinal);
        Assert.Contains("-ENXIO", Aio2Command.Run("spec", "show", "io_submit2", "--spec", Spec).ShouldSucceed().Output, StringComparison.Ordinal);
        Aio2Command.Run("spec", "show", "nonsense", "--spec", Spec).ShouldFail(1, "nothing called 'nonsense'");
    }

    [Fact, Requirement("ABI-4")]
    public void Diff_exits_with_1_for_what_breaks_with_0_for_what_does_not_and_with_2_for_what_it_cannot_read()
    {
        var added = Changed("appended.yaml", "- {name: low, type: u64, doc: \"Low half\"}", "- {name: low, type: u64, doc: \"Low half\"}\n      - {name: span, type: u64, doc: \"Span\"}");
        var changed = Changed("changed.yaml", "AIO2_EVENT_MAX, type: u32, value: 4096", "AIO2_EVENT_MAX, type: u32, value: 8192");

        Assert.Equal("no change\n", Aio2Command.Run("spec", "diff", Spec, Spec).ShouldSucceed().Output);
        Assert.Contains("compatible-but-new: aio2_attr_trace_id.span: field-appended", Aio2Command.Run("spec", "diff", Spec, added).ShouldSucceed().Output, StringComparison.Ordinal);
        var breaking = Aio2Command.Run("spec", "diff", Spec, changed);
        Assert.Equal((1, ""), (breaking.ExitCode, breaking.Error));
        Assert.Contains("breaking: AIO2_EVENT_MAX: constant-value", breaking.Output, StringComparison.Ordinal);
        Aio2Command.Run("spec", "diff", _folder["missing.yaml"], Spec).ShouldFail(2, "is no file");
        Aio2Command.Run("spec", "diff", Spec, Spec, "--format", "html").ShouldFail(2, "--format");
        Aio2Command.Run("spec", "diff").ShouldFail(2, "OLD");
    }

    [Fact]
    public void Diff_writes_the_same_for_programs_and_for_a_review()
    {
        var changed = Changed("changed.yaml", "AIO2_EVENT_MAX, type: u32, value: 4096", "AIO2_EVENT_MAX, type: u32, value: 8192");

        using var json = JsonDocument.Parse(Aio2Command.Run("spec", "diff", Spec, changed, "--format", "json").Output);
        var change = Assert.Single(json.RootElement.GetProperty("changes").EnumerateArray());
        Assert.Equal("breaking", json.RootElement.GetProperty("old_program_on_new_kernel").GetString());
        Assert.Equal("constant-value", change.GetProperty("kind").GetString());
        Assert.Contains(File.ReadAllLines(Spec)[change.GetProperty("old_line").GetInt32() - 1], File.ReadAllLines(Spec).Where(line => line.Contains("AIO2_EVENT_MAX,", StringComparison.Ordinal)));
        var markdown = Aio2Command.Run("spec", "diff", Spec, changed, "--format", "markdown").Output;
        Assert.Contains("| constant-value | `AIO2_EVENT_MAX` | `4096 (0x1000)` | `8192 (0x2000)` | **breaking**:", markdown, StringComparison.Ordinal);
    }

    /// <summary>OLD as a file, as a snapshot of it, and as a revision of a repository that holds it: the same answer.</summary>
    [Fact]
    public void Old_is_a_file_a_snapshot_or_a_git_revision()
    {
        var changed = Changed("changed.yaml", "AIO2_EVENT_MAX, type: u32, value: 4096", "AIO2_EVENT_MAX, type: u32, value: 8192");
        Aio2Command.Run("spec", "snapshot", "--spec", Spec, "-o", _folder["v2.snapshot"]).ShouldSucceed();
        Directory.CreateDirectory(_folder["Spec"]);
        File.Copy(Spec, _folder["Spec/aio2.yaml"]);
        File.WriteAllText(_folder["go.sh"], "set -e\ncd \"$1\"\ngit init -q\ngit add Spec\ngit -c user.name=x -c user.email=x@y.z commit -qm one\ngit tag v2\nshift\nexec \"$@\"\n");

        var file = Aio2Command.Run("spec", "diff", Spec, changed).Output;
        var snapshot = Aio2Command.Run("spec", "diff", _folder["v2.snapshot"], changed).Output;
        var revision = Aio2Command.RunProgram("sh", _folder["go.sh"], _folder.Path, Aio2Command.Path, "spec", "diff", "v2", changed);

        Assert.Equal(file, snapshot);
        Assert.Equal((1, file), (revision.ExitCode, revision.Output));
    }

    [Fact]
    public void A_broken_snapshot_is_told_with_its_offset()
    {
        Aio2Command.Run("spec", "snapshot", "--spec", Spec, "-o", _folder["v2.snapshot"]).ShouldSucceed();
        File.WriteAllBytes(_folder["cut.snapshot"], File.ReadAllBytes(_folder["v2.snapshot"])[..1000]);

        Aio2Command.Run("spec", "diff", _folder["cut.snapshot"], Spec).ShouldFail(2, "cut.snapshot:1:1: error: expected a whole snapshot: the input ends too early: the value at offset");
    }

    private string Changed(string name, string what, string with)
    {
        var text = File.ReadAllText(Spec);
        Assert.Contains(what, text, StringComparison.Ordinal);
        File.WriteAllText(_folder[name], text.Replace(what, with, StringComparison.Ordinal));
        return _folder[name];
    }
}
