using System.CommandLine;
using AioV2.Cli.SpecCommands;
using AioV2.Spec.Generate;
using AioV2.Spec.Model;

namespace AioV2.Cli.Commands;

/// <summary><c>aio2 gen</c>: what comes from the spec (ABI-3).</summary>
public sealed class GenCommand : ICliCommand
{
    private readonly Option<string?> _output = new("--output", "-o") { Description = "Where to write: a file for header, docs and syzlang, the root of a tree for csharp, man and all.", HelpName = "PATH" };
    private readonly Option<string?> _spec = SpecOption.Create();

    /// <inheritdoc/>
    public Command Create()
    {
        var command = new Command("gen", "Generate from the spec: the C header, the C#, the tables of the ABI document, manual pages, descriptions for syzkaller, a series for Linux.")
        {
            Part("header", "The C header linux/aio2_abi.h, to stdout without -o.", (spec, to) => Text(to, SpecGenerators.Header(spec))),
            Part("csharp", "The C# of Abi/Generated, into the repository without -o.", (spec, to) => Tree(to, SpecGenerators.CSharp(spec))),
            Part("docs", "The tables of io_setup2.md: to stdout, or with -o made anew inside that file.", Docs),
            Part("man", "The manual pages, Spec/man of the repository without -o.", (spec, to) => Tree(to, SpecGenerators.Manual(spec, Document()))),
            Part("syzlang", "The descriptions of all calls and records for syzkaller, to stdout without -o.", (spec, to) => Text(to, SpecGenerators.Syzlang(spec))),
            GenPatchCommand.Create(_spec),
            Part("all", "Everything, into the repository without -o.", (spec, to) => Tree(to, SpecGenerators.All(spec, Root()))),
        };
        Examples.Add(command, "aio2 gen header > aio2_abi.h", "aio2 gen docs -o io_setup2.md", "aio2 gen man -o /tmp/tree", "aio2 gen syzlang > sys/linux/aio2.txt", "aio2 gen patch --tree ~/linux -o patches", "aio2 gen all --spec my.yaml -o /tmp/tree");
        return command;
    }

    private Command Part(string name, string description, Action<SpecDocument, string?> generate)
    {
        var command = new Command(name, description) { _output, _spec };
        Examples.Add(command, $"aio2 gen {name}", $"aio2 gen {name} --spec my.yaml -o out");
        command.SetAction(parsed => SpecOption.Run(() =>
        {
            generate(SpecOption.Load(parsed.GetValue(_spec)), parsed.GetValue(_output));
            return ExitCode.Success;
        }));
        return command;
    }

    private static void Docs(SpecDocument spec, string? output) =>
        Text(output, output is null ? SpecGenerators.Tables(spec) : SpecGenerators.Document(spec, File.ReadAllText(output)));

    private static void Text(string? output, string text)
    {
        if (output is null)
        {
            Console.Out.Write(text);
        }
        else
        {
            File.WriteAllText(output, text);
        }
    }

    private static void Tree(string? output, IEnumerable<GeneratedFile> files)
    {
        var root = output ?? Root();
        foreach (var file in files)
        {
            var path = Path.Combine(root, file.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, file.Text);
            Console.Out.WriteLine(path);
        }
    }

    // The rules that the pages quote stand there.
    private static string Document() => File.ReadAllText(Path.Combine(Root(), SpecGenerators.DocumentPath));

    private static string Root() => SpecOption.Root()
        ?? throw new CliException("no AioV2.sln here or above: run this inside the repository (outside of it 'gen header', 'gen docs', 'gen syzlang', and 'gen csharp -o' work)");
}
