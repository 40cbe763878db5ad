using System.CommandLine;
using AioV2.Cli.Conform;
using AioV2.Cli.Soak;
using AioV2.Cli.Trace;

namespace AioV2.Cli.Commands;

/// <summary><c>aio2 soak</c>: attacks the embedded kernel from user space for as long as it is told to.</summary>
/// <remarks>Exit 0 nothing found, 1 found something, 2 usage, 130 interrupted.</remarks>
public sealed class SoakCommand : ICliCommand
{
    private const string DefaultTime = "60s";

    /// <inheritdoc/>
    public Command Create()
    {
        var seed = new Option<ulong>("--seed") { Description = "Where all that is chosen comes from.", DefaultValueFactory = _ => 1 };
        var time = new Option<string?>("--time") { Description = "How long, e.g. 60s, 10m; 60s without it." };
        var engine = new Option<string>("--engine") { Description = "all (in turn), threads, io_uring or simulated.", DefaultValueFactory = _ => "all" };
        engine.AcceptOnlyFromAmong("all", "threads", "io_uring", "simulated");
        var episode = new Option<long>("--episode") { Description = "Only this episode, as a finding names it.", DefaultValueFactory = _ => -1 };
        var record = Recording.Option();
        var json = new Option<bool>("--json") { Description = "Report as JSON." };
        var command = new Command("soak", "Attack the kernel from user space: scribble, unmap, reuse, destroy; nothing may crash, hang or be lost.")
        {
            seed, time, engine, episode, json, record,
        };
        Examples.Add(command, "aio2 soak --seed 7 --time 10m", "aio2 soak --seed 7 --episode 1234", "aio2 soak --seed 7 --episode 1234 --record soak.trace");
        command.Validators.Add(result =>
        {
            if (ConformArguments.Time(result.GetValue(time) ?? DefaultTime) is null)
            {
                result.AddError("--time takes a number and s or m, e.g. 60s");
            }
        });
        command.SetAction((parsed, stop) =>
        {
            var options = new SoakOptions(parsed.GetValue(seed), ConformArguments.Time(parsed.GetValue(time) ?? DefaultTime)!.Value, parsed.GetValue(engine)!, parsed.GetValue(episode), parsed.GetValue(record));
            var isJson = parsed.GetValue(json);
            var report = new SoakRunner(options, SoakChildCommand.Self(), isJson ? null : parsed.InvocationConfiguration.Error.WriteLine).Run(stop);
            parsed.InvocationConfiguration.Output.Write(isJson ? report.Json() : report.Text());
            return Task.FromResult(report.Finding is null ? ExitCode.Success : ExitCode.Failure);
        });
        return command;
    }
}
