using System.Text.RegularExpressions;

namespace AioV2.Cli.Tests;

/// <summary>What the README shows works as shown.</summary>
public sealed class ReadmeTests
{
    [Fact]
    public async Task The_example_in_CSharp_is_the_one_that_runs_here()
    {
        var root = Repository.Root;
        var shown = Lines(Block("csharp"));
        var compiled = Lines(File.ReadAllText($"{root}/tests/Cli.Tests/ReadmeExample.cs"));
        Assert.Equal(shown, compiled.Where(shown.Contains));

        using var folder = new TestFolder();
        var output = new StringWriter();
        await ReadmeExample.RunAsync(folder["hello.txt"], output);
        Assert.Matches(@"^11 bytes, CRC-32C [0-9a-f]{8}, \d+ ns\nas written\n$", output.ToString());
        Assert.Equal("hello, ring", File.ReadAllText(folder["hello.txt"]));
    }

    [Fact]
    public void The_example_in_C_compiles_without_a_warning_and_runs()
    {
        using var folder = new TestFolder();
        File.WriteAllText(folder["example.c"], Block("c"));
        Compile("-Dmain=example_main", "-Dprintf=example_printf", "-c", folder["example.c"], "-o", folder["example.o"]);
        Compile("-shared", $"{Repository.Root}/tests/c/example_calls.c", folder["example.o"], "-o", folder["example.so"]);

        var (result, printed) = ReadmeProgram.Run(folder["example.so"]);
        Assert.Equal(0, result);
        Assert.Matches($@"^{new FileInfo("/etc/hostname").Length} bytes, [1-9]\d* ns\n$", printed);
    }

    private static void Compile(params string[] arguments)
    {
        var compiled = Aio2Command.RunProgram("gcc", ["-std=gnu11", "-Wall", "-Wextra", "-Werror", "-fPIC", "-I", $"{Repository.Root}/Spec/include", .. arguments]);
        Assert.Equal("", compiled.Error);
        Assert.Equal(0, compiled.ExitCode);
    }

    [Fact]
    public void The_examples_are_short()
    {
        Assert.InRange(Lines(Block("csharp")).Length, 1, 20);
        Assert.InRange(Lines(Block("c")).Length, 1, 20);
    }

    private static string Block(string language) =>
        Regex.Match(File.ReadAllText($"{Repository.Root}/README.md"), $@"```{language}\n(.*?)```", RegexOptions.Singleline).Groups[1].Value;

    // The compiled one takes its file and its output from the test.
    private static string[] Lines(string text) => [.. text.Split('\n')
        .Select(line => line.Trim().Replace("\"hello.txt\"", "path", StringComparison.Ordinal).Replace("Console.", "output.", StringComparison.Ordinal))
        .Where(line => line.Length > 0)];
}
