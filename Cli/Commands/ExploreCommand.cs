using System.CommandLine;
using System.Globalization;
using AioV2.Cli.Explore;
using AioV2.Cli.SpecCommands;

namespace AioV2.Cli.Commands;

/// <summary><c>aio2 explore</c>: the spec as a page.</summary>
internal sealed class ExploreCommand : ICliCommand
{
    public Command Create()
    {
        var output = new Option<string>("--output", "-o") { Description = "The page; one that is there is replaced.", HelpName = "HTML", Required = true };
        var spec = SpecOption.Create();
        var source = new Option<string?>("--source")
        {
            Description = "The sources that name the requirements; without it the repository around the current directory. Where there is none, the page says so.",
            HelpName = "DIR",
        };
        var links = new Option<string?>("--links") { Description = "What links into the sources begin with, as https://host/project/blob/main; without it they lead from the page to the files.", HelpName = "URL" };
        var command = new Command("explore", "Make a page of the spec that opens without network: structs drawn byte by byte, the attribute catalogue, requirements with links into code and tests,\n"
            + "and what a field more would do to a struct: its new layout, and the verdicts of 'aio2 spec diff' and 'aio2 spec lint'.") { output, spec, source, links };
        Examples.Add(command, "aio2 explore -o abi.html", "aio2 explore --spec my.yaml -o mine.html", "aio2 explore -o abi.html --links https://example.org/aio2/blob/main");
        command.SetAction((parsed, stop) => Task.Run(() => SpecOption.Run(() =>
        {
            var page = parsed.GetValue(output)!;
            var document = SpecOption.LoadUnchecked(parsed.GetValue(spec));
            var sources = (parsed.GetValue(source) ?? SpecOption.Root()) is { } root
                ? SourceLinks.Of(root, parsed.GetValue(links), page, document.Requirements.Select(r => r.Id)) : null;
            var whatIf = WhatIfTable.Of(document, stop);
            File.WriteAllText(page, ExplorePage.Of(document, whatIf, sources));
            parsed.InvocationConfiguration.Output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{page}: {document.Structs.Count} structs, {document.Attributes.Values.Count} attributes, {document.Requirements.Count} requirements, {whatIf.Count} answers to 'what if'")
                + (sources is null ? "; no sources to link to" : ""));
            return ExitCode.Success;
        }), stop));
        return command;
    }
}
