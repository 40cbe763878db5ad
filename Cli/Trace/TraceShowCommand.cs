using System.CommandLine;
using AioV2.Abi.Trace;

namespace AioV2.Cli.Trace;

/// <summary><c>aio2 trace show</c>: a trace as text or as JSON, one record in a line.</summary>
internal static class TraceShowCommand
{
    internal static Command Create()
    {
        var file = Commands.TraceCommand.File;
        var json = new Option<bool>("--json") { Description = "One JSON object for each record, with bytes in base64." };
        var command = new Command("show", "Show the records of a trace, one in a line.") { file, json };
        Examples.Add(command, "aio2 trace show run.trace", "aio2 trace show --json run.trace | jq 'select(.record == \"SUBMIT\")'");
        command.SetAction((parsed, stop) => Task.Run(() =>
        {
            var trace = TraceFile.Open(parsed.GetValue(file)!);
            var output = parsed.InvocationConfiguration.Output;
            var isJson = parsed.GetValue(json);
            foreach (var record in trace.Read())
            {
                stop.ThrowIfCancellationRequested();
                output.WriteLine(isJson ? TraceText.Json(record) : TraceText.Line(record, trace.Start.TimeNs));
            }

            if (!isJson)
            {
                output.WriteLine($"{trace.Records} records of '{trace.Start.Program}' on {trace.Start.Engine}, {trace.Lost} lost, {trace.Reason}");
            }
        }, stop));
        return command;
    }
}
