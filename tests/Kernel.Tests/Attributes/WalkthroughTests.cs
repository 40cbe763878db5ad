using System.Diagnostics;
using System.Reflection;
using System.Text.RegularExpressions;
using AioV2.Spec.Generate;
using AioV2.Spec.Parse;

namespace AioV2.Kernel.Tests.Attributes;

/// <summary>docs/adding-an-attribute.md, done: one entry, one class, one test file; and nothing more is needed.</summary>
[Collection(nameof(Alone))]
public sealed class WalkthroughTests
{
    private const string Usings = "global using System; global using System.Collections.Generic; global using System.IO; "
        + "global using System.Linq; global using System.Threading; global using System.Threading.Tasks; global using Xunit;";

    // What the laws stand on, of the test project.
    private static readonly string[] Beneath =
        ["Alone", "Event", "Harness", "Pipe", "Record", "ScratchFile", "Attributes/AttributeBench", "Attributes/AttributeLaws", "Attributes/AttributeOracle"];

    [Fact]
    public void The_three_blocks_of_the_page_make_an_attribute_that_obeys_the_laws()
    {
        var root = SpecGenerators.FindRoot(AppContext.BaseDirectory)!;
        var page = File.ReadAllText(Path.Combine(root, "docs/adding-an-attribute.md"));
        string[] yaml = [.. Blocks(page, "yaml")], code = [.. Blocks(page, "csharp")];
        Assert.Equal((2, 2), (yaml.Length, code.Length));

        var generated = Generate(root, yaml[0], yaml[1]);
        Assert.Contains("        new EchoHandler(),\n", generated["Kernel/Generated/AttributeHandlers.g.cs"], StringComparison.Ordinal);

        var folder = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, $"walk-{Guid.NewGuid():N}")).FullName;
        try
        {
            RunTests(Compile(root, folder, generated, code));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static IEnumerable<string> Blocks(string page, string language) =>
        Regex.Matches(page, $"```{language}\n(.*?)```", RegexOptions.Singleline).Select(match => match.Groups[1].Value);

    // The generated files that the entry changes, by path; C# all of them.
    private static Dictionary<string, string> Generate(string root, string structs, string row)
    {
        var spec = File.ReadAllText(Path.Combine(root, SpecGenerators.SpecPath));
        var last = Regex.Match(spec, @"\nattributes:\n.*?(\n\n)", RegexOptions.Singleline).Groups[1];
        spec = spec.Insert(last.Index + 1, row);
        var end = Regex.Match(spec, @"\n\n# -+ opcodes\n");
        Assert.True(last.Success && end.Success, "the spec's sections are not where this test looks for them");
        spec = spec.Insert(end.Index + 1, structs);
        return SpecGenerators.All(SpecParser.Parse(System.Text.Encoding.UTF8.GetBytes(spec), "aio2.yaml"), root).ToDictionary(file => file.Path, file => file.Text);
    }

    // Abi, Attributes, Kernel and the laws as one assembly, by the compiler of the SDK that runs this.
    private static string Compile(string root, string folder, Dictionary<string, string> generated, string[] code)
    {
        var sources = new[] { "MessagePack", "Abi", "Attributes", "Kernel", "tests/Shared" }
            .SelectMany(project => Directory.EnumerateFiles(Path.Combine(root, project), "*.cs", SearchOption.AllDirectories))
            .Where(path => !path.EndsWith(".netstandard.cs", StringComparison.Ordinal) && !generated.ContainsKey(Path.GetRelativePath(root, path)))
            .Concat(Beneath.Select(name => Path.Combine(root, "tests/Kernel.Tests", $"{name}.cs")))
            .ToList();
        foreach (var text in generated.Where(file => file.Key.EndsWith(".cs", StringComparison.Ordinal)).Select(file => file.Value).Concat(code).Append(Usings))
        {
            sources.Add(Path.Combine(folder, $"{sources.Count}.cs"));
            File.WriteAllText(sources[^1], text);
        }

        // ROOT/shared/Microsoft.NETCore.App/VERSION/System.Private.CoreLib.dll
        var dotnet = new FileInfo(typeof(object).Assembly.Location).Directory!.Parent!.Parent!.Parent!.FullName;
        var framework = $"net{Environment.Version.Major}.{Environment.Version.Minor}";
        var pack = Newest(Path.Combine(dotnet, "packs/Microsoft.NETCore.App.Ref"));
        var output = Path.Combine(folder, "walk.dll");
        File.WriteAllLines(Path.Combine(folder, "walk.rsp"),
        [
            "-noconfig", "-nostdlib", "-unsafe", "-target:library", "-langversion:latest", "-nullable:enable", "-nowarn:1591", "-warn:0",
            "-define:NET;NET8_0_OR_GREATER;NET9_0_OR_GREATER;NET10_0_OR_GREATER", $"-out:\"{output}\"",
            .. Directory.EnumerateFiles(Path.Combine(pack, "ref", framework), "*.dll").Select(path => $"-r:\"{path}\""),
            .. Directory.EnumerateFiles(Path.Combine(pack, "analyzers/dotnet/cs"), "*.dll").Select(path => $"-analyzer:\"{path}\""),
            .. Directory.EnumerateFiles(AppContext.BaseDirectory, "xunit*.dll").Select(path => $"-r:\"{path}\""),
            .. sources.Select(path => $"\"{path}\""),
        ]);
        using var compiler = Process.Start(new ProcessStartInfo(
            Path.Combine(dotnet, "dotnet"), ["exec", Path.Combine(Newest(Path.Combine(dotnet, "sdk")), "Roslyn/bincore/csc.dll"), $"@{folder}/walk.rsp"])
        { RedirectStandardOutput = true })!;
        var told = compiler.StandardOutput.ReadToEnd();
        compiler.WaitForExit();
        Assert.True(compiler.ExitCode == 0, told);
        return output;
    }

    private static string Newest(string folder) =>
        Directory.GetDirectories(folder).OrderBy(path => Version.TryParse(Path.GetFileName(path), out var version) ? version : new Version(0, 0)).Last();

    // Each law and each test of the page, with each engine.
    private static void RunTests(string assembly)
    {
        var tests = Assembly.LoadFile(assembly).GetType("AioV2.Kernel.Tests.Attributes.EchoTests")!;
        var run = 0;
        foreach (var method in tests.GetMethods().Where(method => method.GetCustomAttributes().Any(a => a is FactAttribute)))
        {
            object[][] rows = method.GetParameters() is [var engine]
                ? [.. new[] { "Threads", "IoUring", "Simulated" }.Select(name => new[] { Enum.Parse(engine.ParameterType, name) })]
                : [[]];
            foreach (var row in rows)
            {
                _ = method.Invoke(Activator.CreateInstance(tests), row);
                run++;
            }
        }

        Assert.True(run > 15, $"only {run} tests were found");
    }
}
