using System.CommandLine;
using System.Globalization;
using AioV2.Abi.Trace;
using AioV2.Cli.Trace.View;

namespace AioV2.Cli.Trace;

/// <summary><c>aio2 trace view</c>: a trace as one page.</summary>
internal static class TraceViewCommand
{
    internal static Command Create()
    {
        var file = Commands.TraceCommand.File;
        var output = new Option<string>("--output", "-o") { Description = "The page; one that is there is replaced.", HelpName = "HTML", Required = true };
        var command = new Command("view", "Make a page of a trace that opens without network: the ring, each request's life, latencies, attributes.") { file, output };
        Examples.Add(command, "aio2 trace view run.trace -o run.html");
        command.SetAction((parsed, stop) => Task.Run(() =>
        {
            var story = TraceStory.Read(TraceFile.Open(parsed.GetValue(file)!));
            stop.ThrowIfCancellationRequested();
            File.WriteAllText(parsed.GetValue(output)!, TracePage.Of(story));
            parsed.InvocationConfiguration.Output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{parsed.GetValue(output)}: {story.Contexts.Sum(c => c.Requests.Count)} requests, {story.Contexts.Count} contexts, {story.Calls.Count} calls"));
        }, stop));
        return command;
    }
}
