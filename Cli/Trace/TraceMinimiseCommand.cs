using System.CommandLine;
using AioV2.Abi.Trace;
using AioV2.Cli.Commands;
using AioV2.Cli.Conform;
using AioV2.Conformance.Calls;
using AioV2.Conformance.Record;
using AioV2.Conformance.Run;

namespace AioV2.Cli.Trace;

/// <summary><c>aio2 trace minimise</c>: the shortest sequence of a trace that still breaks the same requirement.</summary>
/// <remarks>Exit 0 it was found, 1 nothing in the trace breaks anything here, 2 usage, 3 could not run.</remarks>
internal static class TraceMinimiseCommand
{
    private const string Patience = "60s";

    internal static Command Create()
    {
        var file = TraceCommand.File;
        var output = new Option<string>("--output", "-o") { Description = "The trace of the shortest sequence; one that is there is replaced.", HelpName = "FILE", Required = true };
        var (engine, library) = (TraceReplayCommand.Engine(), TraceReplayCommand.Library());
        var time = new Option<string?>("--time") { Description = "How long to look for a shorter one, e.g. 30s, 5m; 60s without it." };
        var c = new Option<bool>("--c") { Description = "Print it as a C program that makes the same calls." };
        var command = new Command("minimise", "Find the shortest sequence of a trace that still breaks the same requirement.") { file, output, engine, library, time, c };
        command.Aliases.Add("minimize");
        Examples.Add(command, "aio2 trace minimise run.trace -o least.trace --library ./their.so", "aio2 trace minimise run.trace -o least.trace --library ./their.so --c > least.c");
        command.Validators.Add(result =>
        {
            if (ConformArguments.Time(result.GetValue(time) ?? Patience) is null)
            {
                result.AddError("--time takes a number and s or m, e.g. 60s");
            }
        });
        command.SetAction((parsed, stop) => Task.Run(() => TraceReplayCommand.Guard(parsed, () =>
        {
            var launcher = ConformChildCommand.Launchers(parsed.GetValue(engine), parsed.GetValue(library))[0];
            using var replay = new TraceReplay(launcher, TraceReplayCommand.CallLimit);
            return Run(TraceFile.Open(parsed.GetValue(file)!), replay, launcher.Name, parsed.GetValue(output)!, ConformArguments.Time(parsed.GetValue(time) ?? Patience)!.Value,
                parsed.GetValue(c), parsed.InvocationConfiguration.Output, stop);
        }), stop));
        return command;
    }

    private static int Run(TraceFile trace, TraceReplay replay, string name, string path, TimeSpan limit, bool isProgram, TextWriter output, CancellationToken stop)
    {
        // What failed when it was recorded is most likely to fail again.
        foreach (var sequence in RecordedSequence.Read(trace).OrderBy(s => s.Requirement.Length == 0).ThenBy(s => s.Steps.Count))
        {
            stop.ThrowIfCancellationRequested();
            if (replay.Run(sequence.Steps, out _, out _) is not { } violation)
            {
                continue;
            }

            var (least, last) = replay.Minimise(sequence.Steps, violation, limit);
            _ = replay.Run(least, out var made, out var answers);
            using (var file = new TraceFileWriter(path, TraceStart.Now("conform", name)))
            {
                new SequenceRecorder(file).Add(name, "shrunk", made, answers, last);
                file.Close((ulong)System.Diagnostics.Stopwatch.GetTimestamp(), 0, "closed");
            }

            output.Write(isProgram ? CProgram.Of(made)
                : $"sequence {sequence.Number}: {sequence.Steps.Count} steps, the shortest that breaks {last.Requirement} has {made.Count}: {last.Message}\n{SequenceText.Of(made, answers)}");
            return ExitCode.Success;
        }

        throw new CliException($"{trace.Path}: nothing in it breaks anything on {name}");
    }
}
