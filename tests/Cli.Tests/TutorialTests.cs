using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using AioV2.Tests;

namespace AioV2.Cli.Tests;

/// <summary>The commands of <c>docs/tutorial-exploring.md</c>, run as a reader runs them.</summary>
[Requirement("ABI-3", "ABI-4")]
public sealed class TutorialTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    // What a clone has that the commands read or write.
    private static readonly string[] Clone = ["AioV2.sln", "io_setup2.md", "Spec", "Abi/Generated", "Attributes/Generated", "Kernel/Generated"];

    [Fact]
    public void Every_command_prints_what_the_page_shows()
    {
        var steps = Steps(File.ReadAllText($"{Repository.Root}/docs/tutorial-exploring.md")).ToArray();
        Assert.True(steps.Length > 15);
        foreach (var used in new[] { "spec layout", "spec lint", "spec diff", "gen header", "gen syzlang", "gen all", "dump" })
        {
            Assert.Contains(steps, step => step.Command.Contains($"aio2 {used}", StringComparison.Ordinal));
        }

        using var folder = new TestFolder();
        MakeClone(folder.Path);
        foreach (var (command, shown) in steps)
        {
            var printed = Run(folder.Path, command);
            Assert.True(Matches(shown, printed), $"$ {command}\nprints\n{printed}\nand the page shows\n{shown}");
        }
    }

    [Theory]
    [InlineData("a\nb\n", "a\nb\n", true)]
    [InlineData("a\nb\n", "a\nc\n", false)]
    [InlineData("a\n", "a\nb\n", false)]
    [InlineData("a\n...\nc\n", "a\nx\ny\nc\n", true)]
    [InlineData("a\n...\nc\n", "a\nx\ny\n", false)]
    [InlineData("a ... c\n", "a b c\n", true)]
    [InlineData("a ... c\n", "a b\nc\n", false)]
    [InlineData("a.c\n", "abc\n", false)]
    public void What_is_left_out_is_all_that_may_differ(string shown, string printed, bool matches) => Assert.Equal(matches, Matches(shown, printed));

    /// <summary>The commands of the page's console blocks, each with what is shown below it.</summary>
    private static IEnumerable<(string Command, string Shown)> Steps(string page)
    {
        foreach (Match block in Regex.Matches(page, "^```console\n(.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline))
        {
            foreach (var step in Regex.Split(block.Groups[1].Value, @"^\$ ", RegexOptions.Multiline).Skip(1))
            {
                var end = step.IndexOf('\n', StringComparison.Ordinal);
                yield return (step[..end], step[(end + 1)..]);
            }
        }
    }

    /// <summary>A line of dots stands for any lines, dots in a line for any text of that line.</summary>
    private static bool Matches(string shown, string printed)
    {
        var pattern = new StringBuilder(@"\A");
        foreach (var line in shown.Split('\n')[..^1])
        {
            pattern.Append(line == "..." ? "(.*\n)*" : string.Join(".*", line.Split("...").Select(Regex.Escape)) + "\n");
        }

        return Regex.IsMatch(printed, pattern.Append(@"\z").ToString(), RegexOptions.None, Patience);
    }

    private static void MakeClone(string folder)
    {
        foreach (var path in Clone)
        {
            var from = Path.Combine(Repository.Root, path);
            foreach (var file in File.Exists(from) ? [from] : Directory.GetFiles(from, "*", SearchOption.AllDirectories))
            {
                var to = Path.Combine(folder, Path.GetRelativePath(Repository.Root, file));
                Directory.CreateDirectory(Path.GetDirectoryName(to)!);
                File.Copy(file, to);
            }
        }

        Assert.Equal("", Run(folder, "git init -q && git add -A && git commit -q -m base"));
    }

    private static string Run(string folder, string command)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", $"exec 2>&1\n{command}"]) { RedirectStandardOutput = true, WorkingDirectory = folder };
        start.Environment["PATH"] = $"{Path.GetDirectoryName(Aio2Command.Path)}:{start.Environment["PATH"]}";
        foreach (var (name, value) in new[] { ("NAME", "A Reader"), ("EMAIL", "reader@example.org") })
        {
            start.Environment[$"GIT_AUTHOR_{name}"] = value;
            start.Environment[$"GIT_COMMITTER_{name}"] = value;
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(Patience))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{command} hangs");
        }

        process.WaitForExit();
        return output.Result + (process.ExitCode == 0 ? "" : $"[exit {process.ExitCode}]\n");
    }
}
