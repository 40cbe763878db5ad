using System.CommandLine;
using System.Globalization;
using AioV2.Cli.Copy;
using AioV2.Cli.Trace;

namespace AioV2.Cli.Commands;

/// <summary><c>aio2 copy SRC DST</c>: real files, through the ABI.</summary>
public sealed class CopyCommand : ICliCommand
{
    private const int LargestBlock = 1 << 30;
    private const long MostBuffers = 8L << 30;

    private readonly Argument<string> _source = new("SRC") { Description = "File or directory to copy. A link named here is followed; links inside a tree are kept." };
    private readonly Argument<string> _target = new("DST") { Description = "Name of the copy itself: a file, or a directory that does not exist or is empty." };
    private readonly Option<int> _depth = new("--depth") { Description = "Requests in flight, 1 to 4096.", HelpName = "N", DefaultValueFactory = _ => 8 };
    private readonly Option<string> _block = new("--block") { Description = "Bytes of one request, 512 to 1G; K, M and G are powers of 1024.", HelpName = "SIZE", DefaultValueFactory = _ => "1M" };
    private readonly Option<string> _attributes = new("--attributes")
    {
        Description = $"Attributes of each request: none, or a list of {string.Join(", ", CopyAttributes.Names)}.",
        HelpName = "LIST", DefaultValueFactory = _ => "timing,checksum",
    };

    private readonly Option<bool> _json = new("--json") { Description = "Report as one JSON object." };

    private readonly Option<string?> _record = Recording.Option();

    /// <inheritdoc/>
    public Command Create()
    {
        _depth.Validators.Add(result =>
        {
            // The text: its conversion fails on its own, later.
            if (result.Tokens is [var token] && int.TryParse(token.Value, CultureInfo.InvariantCulture, out var depth) && depth is < 1 or > 4096)
            {
                result.AddError("--depth must be from 1 to 4096");
            }
        });
        _block.Validators.Add(result =>
        {
            if (!ByteSize.TryParse(result.GetValue(_block) ?? "", out var bytes) || bytes is < 512 or > LargestBlock)
            {
                result.AddError("--block must be a size from 512 to 1G");
            }
        });
        _attributes.Validators.Add(result =>
        {
            if (CopyAttributes.Parse(result.GetValue(_attributes) ?? "", out var error) is null)
            {
                result.AddError(error!);
            }
        });

        var command = new Command("copy", "Copy a file or a tree through AIO v2: modes, times, symbolic links and holes are kept.")
        {
            _source, _target, _depth, _block, _attributes, _json, _record,
        };
        Examples.Add(command,
            "aio2 copy big.img copy.img",
            "aio2 copy --attributes none --depth 16 --block 4M big.img copy.img",
            "aio2 copy --record copy.trace big.img copy.img",
            "aio2 copy --attributes timing,checksum64,cache --json photos /mnt/backup/photos");
        command.SetAction((parsed, stop) => RunAsync(parsed, stop));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        _ = ByteSize.TryParse(parsed.GetValue(_block)!, out var block);
        var options = new CopyOptions(
            parsed.GetValue(_source)!, parsed.GetValue(_target)!, parsed.GetValue(_depth), (int)block,
            CopyAttributes.Parse(parsed.GetValue(_attributes)!, out _)!);
        if (options.Depth * block > MostBuffers)
        {
            throw new CliException($"{options.Depth} buffers of {block} bytes are more than {MostBuffers}: take a smaller --depth or --block");
        }

        using var recording = Recording.Begin(parsed.GetValue(_record));
        using var kernel = Kernels.Embedded(trace: recording.Trace);
        var job = new CopyJob(recording.Calls(kernel), options);
        var report = await CopyProgress.RunAsync(job, options, stop).ConfigureAwait(false);
        var output = parsed.InvocationConfiguration.Output;
        if (parsed.GetValue(_json))
        {
            report.WriteJson(output);
        }
        else
        {
            report.Write(output);
        }

        return report.Lost == 0 ? ExitCode.Success : ExitCode.Failure;
    }
}
