using System.CommandLine;
using System.Text.Json;
using AioV2.Abi.Trace;
using AioV2.Cli.Commands;
using AioV2.Conformance.Record;
using AioV2.Conformance.Run;

namespace AioV2.Cli.Trace;

/// <summary><c>aio2 trace replay</c>: makes the calls of a trace again on any implementation; the model judges the answers.</summary>
/// <remarks>Exit 0 all is as it must be, 1 something is not, 2 usage, 3 could not run.</remarks>
internal static class TraceReplayCommand
{
    internal const int CouldNotRun = 3;
    internal static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(15);

    internal static Command Create()
    {
        var file = TraceCommand.File;
        var (engine, library) = (Engine(), Library());
        var json = new Option<bool>("--json") { Description = "Answer as JSON, one object for each sequence that breaks something, and one in the end." };
        var command = new Command("replay", "Make the calls of a trace again, on any implementation, and judge what it answers.") { file, engine, library, json };
        Examples.Add(command, "aio2 trace replay run.trace --library ./their.so", "aio2 trace replay fails.trace --engine io_uring");
        command.SetAction((parsed, stop) => Task.Run(() => Guard(parsed, () =>
            Run(TraceFile.Open(parsed.GetValue(file)!), parsed.GetValue(engine), parsed.GetValue(library), parsed.GetValue(json), parsed.InvocationConfiguration.Output, stop)), stop));
        return command;
    }

    internal static Option<string?> Library() => new("--library") { Description = "A shared library that exports the nine calls, instead of the embedded kernel." };

    internal static Option<string?> Engine()
    {
        var engine = new Option<string?>("--engine") { Description = "Engine of the embedded kernel: threads, io_uring or simulated; without it the first that is usable." };
        engine.AcceptOnlyFromAmong("threads", "io_uring", "simulated");
        return engine;
    }

    /// <summary>Runs, and turns an implementation that does not run into its exit code.</summary>
    internal static int Guard(ParseResult parsed, Func<int> run)
    {
        try
        {
            return run();
        }
        catch (CouldNotRunException e)
        {
            parsed.InvocationConfiguration.Error.WriteLine($"aio2: trace: {e.Message}");
            return CouldNotRun;
        }
    }

    private static int Run(TraceFile trace, string? engine, string? library, bool isJson, TextWriter output, CancellationToken stop)
    {
        var sequences = RecordedSequence.Read(trace);
        var launcher = ConformChildCommand.Launchers(engine, library)[0];
        using var replay = new TraceReplay(launcher, CallLimit);
        int broken = 0, leftOut = 0;
        foreach (var sequence in sequences)
        {
            stop.ThrowIfCancellationRequested();
            leftOut += sequence.LeftOut;
            if (replay.Run(sequence.Steps, out var made, out var answers) is not { } violation)
            {
                continue;
            }

            broken++;
            output.WriteLine(isJson
                ? JsonSerializer.Serialize(new { sequence = sequence.Number, origin = sequence.Origin, requirement = violation.Requirement, message = violation.Message, step = violation.Step })
                : $"sequence {sequence.Number} ({sequence.Origin}) breaks {violation.Requirement} in step {violation.Step}: {violation.Message}\n{SequenceText.Of(made, answers)}");
        }

        output.WriteLine(isJson
            ? JsonSerializer.Serialize(new { sequences = sequences.Count, steps = replay.Steps, broken, left_out = leftOut })
            : $"{sequences.Count} sequences, {replay.Steps} steps made again on {launcher.Name}: {broken} broke something{(leftOut == 0 ? "" : $"; {leftOut} recorded calls cannot be made again")}");
        return broken == 0 ? ExitCode.Success : ExitCode.Failure;
    }
}
