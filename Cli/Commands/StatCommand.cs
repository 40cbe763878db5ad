using System.CommandLine;
using System.Globalization;
using AioV2.Cli.Stat;

namespace AioV2.Cli.Commands;

/// <summary><c>aio2 stat FILE…</c>: is this file cached, and what does a read cost now?</summary>
public sealed class StatCommand : ICliCommand
{
    private const int SamplesMax = 1 << 20, BlockMax = 1 << 24, PageBytes = 4096;

    private readonly Argument<string[]> _files = new("FILE") { Description = "Regular files, also by links to them.", Arity = ArgumentArity.OneOrMore };
    private readonly Option<bool> _follow = new("--follow", "-f") { Description = "Round after round, until SIGINT, which leaves the last table and exits with 0." };
    private readonly Option<double> _interval = new("--interval") { Description = "Seconds between two rounds, 0.01 to 86400.", HelpName = "S", DefaultValueFactory = _ => 1 };
    private readonly Option<int> _samples = new("--samples") { Description = "Blocks that a round reads of each file, 1 to 1048576; a smaller file is read whole.", HelpName = "N", DefaultValueFactory = _ => 64 };
    private readonly Option<string> _block = new("--block") { Description = "Bytes of a read: a multiple of 4K, up to 16M.", HelpName = "SIZE", DefaultValueFactory = _ => "4K" };
    private readonly Option<bool> _keep = new("--keep") { Description = "Leave in the cache what the reads have brought there." };
    private readonly Option<bool> _json = new("--json") { Description = "One line of JSON for each round." };

    /// <inheritdoc/>
    public Command Create()
    {
        _interval.Validators.Add(result => Require(result, _interval, seconds => seconds is >= 0.01 and <= 86400, "--interval must be from 0.01 to 86400"));
        _samples.Validators.Add(result => Require(result, _samples, samples => samples is >= 1 and <= SamplesMax, "--samples must be from 1 to 1048576"));
        _block.Validators.Add(result =>
        {
            if (!ByteSize.TryParse(result.GetValue(_block) ?? "", out var bytes) || bytes is < PageBytes or > BlockMax || bytes % PageBytes != 0)
            {
                result.AddError("--block must be a multiple of 4K, up to 16M");
            }
        });
        var command = new Command("stat",
            "Tell by samples how much of each file is in the page cache, and what a read of it costs now.\n\n"
            + "A round reads blocks spread over the file, one after the other, by PREAD with the attributes TIMING, CACHE and RETRY. "
            + "Latencies are from submit to completion. What was not cached before a read is dropped again after it (posix_fadvise), "
            + "readahead is off, and the access time stays where you own the file: so the cache is left as it was, "
            + "but for pages that somebody else has begun to use meanwhile. "
            + "CACHE answers only who owns the file or may write it: else 'cached' says EPERM, and what was read stays.\n\n"
            + "Exit codes: 0 done; 1 a file cannot be opened, or a read failed; 2 wrong usage; 130 interrupted before the first table.")
        {
            _files, _follow, _interval, _samples, _block, _keep, _json,
        };
        Examples.Add(command, "aio2 stat big.img", "aio2 stat --follow --interval 0.5 *.db", "aio2 stat --json --samples 1000 big.img");
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        var files = new List<WatchedFile>();
        try
        {
            foreach (var name in parsed.GetValue(_files)!)
            {
                files.Add(WatchedFile.Open(name));
            }

            _ = ByteSize.TryParse(parsed.GetValue(_block)!, out var block);
            using var kernel = Kernels.Embedded();
            using var sampler = new Sampler(kernel, parsed.GetValue(_samples), (int)block, parsed.GetValue(_keep));
            var display = new StatDisplay(parsed.InvocationConfiguration.Output, parsed.GetValue(_json));
            var rounds = new StatRounds(files, sampler, parsed.GetValue(_follow), TimeSpan.FromSeconds(parsed.GetValue(_interval)));
            await display.ShowAsync(rounds, stop).ConfigureAwait(false);
            return rounds.HasFailures ? ExitCode.Failure : ExitCode.Success;
        }
        finally
        {
            files.ForEach(file => file.Dispose());
        }
    }

    // Looks at the text: its conversion fails on its own, later.
    private static void Require<T>(System.CommandLine.Parsing.OptionResult result, Option<T> option, Func<T, bool> isGood, string message)
        where T : IParsable<T>
    {
        if (result.Tokens is [var token] && T.TryParse(token.Value, CultureInfo.InvariantCulture, out var value) && !isGood(value))
        {
            result.AddError(message);
        }
    }
}
