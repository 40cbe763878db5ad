using System.Text.Json;
using AioV2.Abi;
using AioV2.Tests;

namespace AioV2.Cli.Tests;

public sealed class CommandTests
{
    [Fact]
    public void Version_tells_abi_spec_and_engine()
    {
        var output = Aio2Command.Run("--version").ShouldSucceed().Output;
        Assert.Contains($"ABI version  {Aio2.Version}\n", output, StringComparison.Ordinal);
        Assert.Contains($"sha256:{Aio2.SpecHash}\n", output, StringComparison.Ordinal);
        Assert.Matches("engine +[a-z_]+\n", output);
    }

    /// <summary>A line that begins with a command makes only that one: its class has to be called after it.</summary>
    [Fact]
    public void Each_command_is_found_by_the_name_of_its_class() => Assert.All(Aio2Program.CommandTypes, type =>
    {
        var name = ((ICliCommand)Activator.CreateInstance(type)!).Create().Name;
        Assert.Equal(Aio2Program.NameOf(type), name);
        Assert.Same(type, Aio2Program.TypeOf(name));
    });

    [Theory]
    [InlineData("Spec")]
    [InlineData("con-form")]
    [InlineData("spec, Version=1")]
    [InlineData("")]
    public void What_only_resembles_a_command_is_none(string word) => Assert.Null(Aio2Program.TypeOf(word));

    [Fact, Requirement("RING-7", "ATTR-2", "SUBMIT-5", "GET-5")]
    public void The_demo_shows_every_step_and_loses_nothing()
    {
        var output = Aio2Command.Run("demo").ShouldSucceed().Output;
        Assert.Equal("205 events of 205 requests, 0 lost", output.TrimEnd().Split('\n')[^1]);
        string[] shown =
        [
            "io_setup2", "AIO2_OP_PREAD", "ring before  head     0  tail     0", "ring after   head     0  tail   192", "AIO2_ATTR_TYPE_TIMING",
            "-EOPNOTSUPP", "at byte 48", "flags OVERFLOW", "overflow: 30 events, 1 episodes", "reaped 200", "io_getevents2", "the same two events as in step 3",
        ];
        Assert.All(shown, text => Assert.Contains(text, output, StringComparison.Ordinal));
        var named = Aio2Catalog.Requirements.Select(r => r.Id).ToHashSet();
        var cited = System.Text.RegularExpressions.Regex.Matches(output, @"\[([A-Z0-9 -]+)\]\n").SelectMany(m => m.Groups[1].Value.Split(' ')).ToArray();
        Assert.True(cited.Length > 20);
        Assert.All(cited, id => Assert.Contains(id, named));
    }

    [Fact, Requirement("PROBE-1")]
    public void Probe_tells_the_same_to_people_and_programs()
    {
        using var json = JsonDocument.Parse(Aio2Command.Run("probe", "--json").ShouldSucceed().Output);
        var text = Aio2Command.Run("probe").ShouldSucceed().Output;
        var chosen = json.RootElement.GetProperty("engines").EnumerateArray().Single(e => e.GetProperty("chosen").GetBoolean());
        Assert.True(chosen.GetProperty("usable").GetBoolean());
        Assert.Contains(chosen.GetProperty("why").GetString()!, text, StringComparison.Ordinal);
        Assert.Equal(Aio2.SpecHash, json.RootElement.GetProperty("spec_hash").GetString());
        foreach (var section in new[] { "operations", "attributes" })
        {
            var names = json.RootElement.GetProperty(section).EnumerateArray().Select(e => e.GetProperty("name").GetString()!).ToArray();
            Assert.NotEmpty(names);
            Assert.All(names, name => Assert.Contains($" {name} ", text, StringComparison.Ordinal));
        }
    }

    [Fact, Requirement("ABI-3")]
    public void Gen_gives_what_is_checked_in()
    {
        var root = Repository.Root;
        var header = Aio2Command.Run("gen", "header", "--spec", $"{root}/Spec/aio2.yaml").ShouldSucceed().Output;
        Assert.Equal(File.ReadAllText($"{root}/Spec/include/linux/aio2_abi.h"), header);

        var syzlang = Aio2Command.Run("gen", "syzlang", "--spec", $"{root}/Spec/aio2.yaml").ShouldSucceed().Output;
        Assert.Equal(File.ReadAllText($"{root}/Spec/syzlang/aio2.txt"), syzlang);

        using var folder = new TestFolder();
        Aio2Command.Run("gen", "csharp", "--spec", $"{root}/Spec/aio2.yaml", "-o", folder.Path).ShouldSucceed();
        Assert.Equal(File.ReadAllText($"{root}/Abi/Generated/Structs.g.cs"), File.ReadAllText(folder["Abi/Generated/Structs.g.cs"]));
    }

    [Fact, Requirement("ABI-3")]
    public void Gen_gives_the_manual_pages_that_are_checked_in()
    {
        using var folder = new TestFolder();
        Aio2Command.RunIn($"{Repository.Root}/Spec", "gen", "man", "-o", folder.Path).ShouldSucceed();

        var pages = Directory.GetFiles($"{Repository.Root}/Spec/man").Select(Path.GetFileName).Order().ToArray();
        Assert.Equal(pages, Directory.GetFiles(folder["Spec/man"]).Select(Path.GetFileName).Order());
        Assert.All(pages, page => Assert.Equal(File.ReadAllText($"{Repository.Root}/Spec/man/{page}"), File.ReadAllText(folder[$"Spec/man/{page}"])));
        Aio2Command.Run("gen", "man").ShouldFail(1, "repository");
    }

    [Fact, Requirement("ABI-3")]
    public void Gen_needs_no_repository_for_what_it_was_built_from()
    {
        using var folder = new TestFolder();
        Aio2Command.Run("gen", "header", "-o", folder["out.h"]).ShouldSucceed();
        Assert.Equal(File.ReadAllText($"{Repository.Root}/Spec/include/linux/aio2_abi.h"), File.ReadAllText(folder["out.h"]));
        Aio2Command.Run("gen", "csharp").ShouldFail(1, "repository");
    }

    [Theory]
    [InlineData("frob", "frob")]
    [InlineData("--frob", "--frob")]
    [InlineData("frob", "gen", "frob")]
    [InlineData("frob", "demo", "frob")]
    [InlineData("Required command")]
    [InlineData("Required command", "gen")]
    [InlineData("SRC", "copy")]
    [InlineData("--depth", "copy", "--depth", "0", "a", "b")]
    public void A_wrong_command_line_is_told_in_one_line_that_names_what_is_wrong(string named, params string[] line) => Aio2Command.Run(line).ShouldFail(2, named);

    [Fact, Requirement("ABI-3")]
    public void Gen_tells_where_a_spec_is_broken_and_generates_nothing()
    {
        using var folder = new TestFolder();
        File.WriteAllText(folder["broken.yaml"], "spec: 1\nnonsense: true\n");
        var outcome = Aio2Command.Run("gen", "header", "--spec", folder["broken.yaml"], "-o", folder["out.h"]);
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("broken.yaml:2:1", outcome.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(folder["out.h"]));
        Aio2Command.Run("gen", "header", "--spec", folder["missing.yaml"]).ShouldFail(1, "missing.yaml");
    }

    [Theory]
    [InlineData]
    [InlineData("copy")]
    [InlineData("demo")]
    [InlineData("probe")]
    [InlineData("stat")]
    [InlineData("gen")]
    [InlineData("gen", "header")]
    [InlineData("gen", "man")]
    [InlineData("gen", "syzlang")]
    [InlineData("spec")]
    [InlineData("spec", "layout")]
    [InlineData("spec", "show")]
    [InlineData("spec", "lint")]
    [InlineData("spec", "diff")]
    [InlineData("spec", "snapshot")]
    [InlineData("dump")]
    [InlineData("bench")]
    [InlineData("conform")]
    [InlineData("conform", "merge")]
    [InlineData("pi")]
    [InlineData("pi", "format")]
    [InlineData("pi", "inject")]
    [InlineData("pi", "scrub")]
    [InlineData("pi", "show")]
    public void Help_ends_with_examples(params string[] command)
    {
        var output = Aio2Command.Run([.. command, "--help"]).ShouldSucceed().Output;
        Assert.Contains("Examples:\n  aio2 ", output, StringComparison.Ordinal);
    }
}
