using System.CommandLine;
using System.Diagnostics;
using AioV2.Abi.Trace;
using AioV2.Cli.Conform;
using AioV2.Conformance.Record;
using AioV2.Conformance.Report;
using AioV2.Conformance.Run;
using AioV2.Conformance.Scenarios;

namespace AioV2.Cli.Commands;

/// <summary><c>aio2 conform</c>: judges an implementation of the nine calls, requirement by requirement.</summary>
/// <remarks>Exit 0 conforming, 1 not conforming, 2 usage, 3 could not run, 130 stopped by SIGINT or SIGTERM, without a verdict.</remarks>
public sealed class ConformCommand : ICliCommand
{
    private const int CouldNotRun = 3;
    private const string RandomTime = "30s", CallLimit = "15s", AllShards = "1/1";

    /// <inheritdoc/>
    public Command Create()
    {
        var engine = new Option<string?>("--engine") { Description = "Engine of the embedded kernel: threads, io_uring or simulated; without it each that aio2 probe reports usable, one after another." };
        engine.AcceptOnlyFromAmong("threads", "io_uring", "simulated");
        var library = new Option<string?>("--library") { Description = "A shared library that exports the nine calls, instead of the embedded kernel." };
        var seed = new Option<ulong>("--seed") { Description = "Where all random numbers come from.", DefaultValueFactory = _ => 1 };
        var runs = new Option<int>("--runs") { Description = "Random sequences at most, on each engine.", DefaultValueFactory = _ => 2000 };
        var time = new Option<string?>("--time") { Description = "When the random part ends, e.g. 60s, 2m; 30s without it. Engines share it." };
        var parallel = new Option<string?>("--parallel-time") { Description = "How much of --time is kept for parallel rounds, judged for linearizability: a quarter without it, 0s for none." };
        var round = new Option<ulong?>("--round") { Description = "Run only this parallel round, as a finding tells its seed, again and again for --parallel-time." };
        var limit = new Option<string?>("--call-limit") { Description = "The longest that one call may take before it counts as hung; 15s without it." };
        var requirements = new Option<string?>("--requirements") { Description = "Ids or groups to check, e.g. RING,GET-4; all without it." };
        var jobs = new Option<int?>("--jobs") { Description = "Children that make random sequences at the same time, each with the implementation; three for two processors, 16 at most, without it. 1 with --record." };
        var shard = new Option<string?>("--shard") { Description = "This part of the work, i/n; all of it without it." };
        var output = new Option<string?>("--output") { Description = "A file that gets the verdict as JSON, for aio2 conform merge; where it is there already, nothing is run again." };
        var format = new Option<string>("--format") { Description = "text, json, junit or html.", DefaultValueFactory = _ => "text" };
        format.AcceptOnlyFromAmong("text", "json", "junit", "html");
        var record = new Option<string?>("--record") { Description = "Record the wire and random sequences to a trace, for aio2 trace replay, minimise and view.", HelpName = "FILE" };
        var prove = new Option<bool>("--prove") { Description = "Prove the suite: run it against implementations that are wrong, each in one way; all must be caught." };
        var reference = new Option<string?>("--reference") { Description = "With --prove: the checkout whose tests/reference-c is broken at the ring level; found by itself in one." };
        var only = new Option<string[]>("--only") { Description = "With --prove: mutants whose name has this in it; may be given again." };
        var level = new Option<string?>("--level") { Description = "With --prove: mutants around the embedded kernel (call), or in the reference (ring); both without it." };
        level.AcceptOnlyFromAmong("call", "ring");
        var scenarios = new Option<bool>("--scenarios") { Description = "Play only what others did wrong, each with its source, on one engine." };
        var json = new Option<bool>("--json") { Description = "The same as --format json." };
        var command = new Command("conform", "Judge an implementation of the nine calls, requirement by requirement.")
        {
            engine, library, seed, runs, time, parallel, round, limit, requirements, jobs, shard, output, format, prove, reference, level, only, scenarios, json, record, MergeCommand(),
        };
        Examples.Add(command, "aio2 conform --time 60s", "aio2 conform --library ./their.so --seed 7", "aio2 conform --shard 3/8 --seed 7 --time 10m --output 3.json", "aio2 conform --library ./their.so --record run.trace", "aio2 conform --requirements RING,GET-4 --format html > verdict.html", "aio2 conform --prove --json > mutants.json");
        command.Validators.Add(result =>
        {
            if (ConformArguments.Time(result.GetValue(time) ?? RandomTime) is null || ConformArguments.Time(result.GetValue(limit) ?? CallLimit) is null
                || ConformArguments.Share(result.GetValue(parallel), default) is null)
            {
                result.AddError("--time, --parallel-time and --call-limit take a number and s or m, e.g. 60s");
            }
            else if (result.GetValue(jobs) is < 1 or > ConformanceOptions.LimitOfJobs)
            {
                result.AddError($"--jobs takes a number from 1 to {ConformanceOptions.LimitOfJobs}");
            }
            else if (ConformArguments.Shard(result.GetValue(shard) ?? AllShards) is null)
            {
                result.AddError("--shard takes i/n with i from 1 to n, e.g. 2/4");
            }
            else if (ConformArguments.UnknownRequirement(result.GetValue(requirements)) is { } unknown)
            {
                result.AddError($"--requirements: the spec has no '{unknown}'");
            }
        });
        command.SetAction((parsed, stop) => Task.FromResult(parsed.GetValue(prove)
            ? ProveAction.Run(parsed.GetValue(seed), parsed.GetValue(reference), parsed.GetValue(level), parsed.GetValue(only) ?? [], parsed.GetValue(json) || parsed.GetValue(format) == "json", parsed.InvocationConfiguration, stop)
            : Judge(parsed, stop)));
        return command;

        int Judge(ParseResult parsed, CancellationToken stop)
        {
            var (index, count) = ConformArguments.Shard(parsed.GetValue(shard) ?? AllShards)!.Value;
            var whole = ConformArguments.Time(parsed.GetValue(time) ?? RandomTime)!.Value;
            using var trace = parsed.GetValue(record) is { } path
                ? new TraceFileWriter(path, TraceStart.Now("conform", parsed.GetValue(library) ?? parsed.GetValue(engine) ?? "each engine")) : null;
            var options = new ConformanceOptions
            {
                Recorder = trace is null ? null : new SequenceRecorder(trace),
                Seed = parsed.GetValue(seed), Runs = parsed.GetValue(runs), Time = whole, ParallelTime = ConformArguments.Share(parsed.GetValue(parallel), whole)!.Value,
                CallLimit = ConformArguments.Time(parsed.GetValue(limit) ?? CallLimit)!.Value,
                Requirements = ConformArguments.Requirements(parsed.GetValue(requirements)), Shard = index, Shards = count, Round = parsed.GetValue(round), Stop = stop,
                Jobs = parsed.GetValue(jobs) ?? ConformanceOptions.UsualJobs,
                Progress = Format() == "text" ? parsed.InvocationConfiguration.Error.WriteLine : null,
            };
            try
            {
                if (parsed.GetValue(scenarios))
                {
                    return Scenarios(ConformChildCommand.Launchers(parsed.GetValue(engine), parsed.GetValue(library))[0], options, Format() == "json", parsed.InvocationConfiguration.Output);
                }

                var verdict = Run(ConformChildCommand.Launchers(parsed.GetValue(engine), parsed.GetValue(library)), options, parsed.GetValue(output));
                parsed.InvocationConfiguration.Output.Write(Reports.Of(verdict, Format()));
                return verdict.Conforms ? ExitCode.Success : ExitCode.Failure;
            }
            catch (CouldNotRunException e)
            {
                parsed.InvocationConfiguration.Error.WriteLine($"aio2: conform: {e.Message}");
                return CouldNotRun;
            }
            finally
            {
                trace?.Close((ulong)Stopwatch.GetTimestamp(), 0, "closed");
            }

            string Format() => parsed.GetValue(json) ? "json" : parsed.GetValue(format)!;
        }
    }

    private static int Scenarios(ChildLauncher launcher, ConformanceOptions options, bool json, TextWriter output)
    {
        var played = options with { Checks = ScenarioTable.All.Select(s => s.Check).OfType<string>().ToHashSet(), MostFindings = int.MaxValue };
        var verdict = new ConformanceRunner(launcher, played).Run();
        output.Write(json ? ScenarioReport.Json(verdict) : ScenarioReport.Text(verdict));
        return verdict.Conforms ? ExitCode.Success : ExitCode.Failure;
    }

    // A verdict that is there already is that of this run: whoever restarts a campaign restarts all of its shards.
    private static Verdict Run(List<ChildLauncher> launchers, ConformanceOptions options, string? output)
    {
        if (output is not null && ShardFile.Done(output, launchers[0].Name, options) is { } done)
        {
            options.Progress?.Invoke($"shard {options.Shard}/{options.Shards} is done: {output}");
            return done;
        }

        var verdict = Run(launchers, options);
        if (output is not null)
        {
            ShardFile.Write(output, verdict);
        }

        return verdict;
    }

    // Each engine may use what is left of the time, divided by those still to come.
    private static Verdict Run(List<ChildLauncher> launchers, ConformanceOptions options)
    {
        var clock = Stopwatch.StartNew();
        var verdicts = new List<Verdict>();
        for (int i = 0; i < launchers.Count; i++)
        {
            options.Progress?.Invoke(launchers[i].Name);
            var left = options.Time - clock.Elapsed;
            verdicts.Add(new ConformanceRunner(launchers[i], options with { Time = left / (launchers.Count - i), ParallelTime = options.ParallelTime / launchers.Count }).Run());
        }

        return VerdictMerge.Engines(verdicts);
    }

    private static Command MergeCommand()
    {
        var files = new Argument<FileInfo[]>("shards") { Description = "JSON verdicts of all shards of one run.", Arity = ArgumentArity.OneOrMore };
        var format = new Option<string>("--format") { Description = "text, json, junit or html.", DefaultValueFactory = _ => "text" };
        format.AcceptOnlyFromAmong("text", "json", "junit", "html");
        var command = new Command("merge", "Join the verdicts of shards; a lost or doubled shard is an error, and told by its number.") { files, format };
        Examples.Add(command, "aio2 conform merge 1.json 2.json --format junit");
        command.SetAction(parsed =>
        {
            try
            {
                var verdict = VerdictMerge.Join([.. parsed.GetValue(files)!.Select(Read)]);
                parsed.InvocationConfiguration.Output.Write(Reports.Of(verdict, parsed.GetValue(format)!));
                return verdict.Conforms ? ExitCode.Success : ExitCode.Failure;
            }
            catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
            {
                parsed.InvocationConfiguration.Error.WriteLine($"aio2: conform merge: {e.Message}");
                return CouldNotRun;
            }
        });
        return command;
    }

    private static Verdict Read(FileInfo file)
    {
        try
        {
            return JsonReport.Read(File.ReadAllText(file.FullName));
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{file}: {e.Message}", e);
        }
    }
}
