using System.CommandLine;
using System.Text.RegularExpressions;
using AioV2.Cli.SpecCommands;
using AioV2.Spec.Generate.Linux;

namespace AioV2.Cli.Commands;

/// <summary><c>aio2 gen patch</c>: the ABI as a series that <c>git am</c> takes into a Linux tree.</summary>
internal static partial class GenPatchCommand
{
    internal static Command Create(Option<string?> spec)
    {
        var tree = new Option<string>("--tree") { Description = "The root of the Linux source tree that the series is for; it is read, never written.", HelpName = "DIR", Required = true };
        var output = new Option<string>("--output", "-o") { Description = "The folder for the patches; made where it is missing.", HelpName = "DIR", Required = true };
        var author = new Option<string?>("--author") { Description = "Who signs off and maintains: 'Name <address>'. Without it user.name and user.email of git.", HelpName = "WHO" };
        var date = new Option<DateTimeOffset?>("--date") { Description = "Date of the commits, so that the same spec and tree give the same bytes; now without it.", HelpName = "TIME" };
        var version = new Option<int>("--reroll-count", "-v") { Description = "The version of the series, for the subjects.", HelpName = "N", DefaultValueFactory = _ => 1 };
        var command = new Command("patch", "A series for a Linux tree: header, system calls of x86 and the generic table, stubs, Kconfig, documentation, selftest, cover letter.")
        {
            tree, output, author, date, version, spec,
        };
        Examples.Add(command, "aio2 gen patch --tree ~/linux -o patches", "aio2 gen patch --tree ~/linux -o patches -v 2 --author 'A. Author <author@example.org>'",
            "aio2 gen patch --tree ~/linux -o patches && git -C ~/linux am \"$PWD\"/patches/*.patch");
        command.SetAction(parsed => SpecOption.Run(() =>
        {
            string root = parsed.GetValue(tree)!;
            string who = Author(parsed.GetValue(author));
            var linux = new LinuxTree(path => Read(root, path));
            var series = new KernelSeries(SpecOption.Load(parsed.GetValue(spec)), linux, who);
            var repository = new PatchRepository(who, parsed.GetValue(date) ?? DateTimeOffset.UtcNow);
            using (repository)
            {
                foreach (string patch in repository.Write(series, linux.Before, parsed.GetValue(output)!, parsed.GetValue(version)))
                {
                    Console.Out.WriteLine(patch);
                }
            }

            return ExitCode.Success;
        }));
        return command;
    }

    private static string? Read(string root, string path)
    {
        string file = Path.Combine(root, path);
        return File.Exists(file) ? File.ReadAllText(file) : null;
    }

    private static string Author(string? given)
    {
        string who = given ?? $"{PatchRepository.Configured("user.name")} <{PatchRepository.Configured("user.email")}>";
        return NameAndAddress().IsMatch(who)
            ? who
            : throw new CliException($"'{who}' is no author: give --author 'Name <address>', or set user.name and user.email of git; a series needs a sign-off");
    }

    [GeneratedRegex(@"^[^<>\n]*[^<>\s] <[^<>\s@]+@[^<>\s@]+>$")]
    private static partial Regex NameAndAddress();
}
