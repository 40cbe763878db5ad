using System.CommandLine;
using AioV2.Attributes.Pi;
using AioV2.Cli.Pi;
using AioV2.Kernel.Devices;

namespace AioV2.Cli.Commands;

/// <summary><c>aio2 pi format FILE</c>: makes a file a protected one.</summary>
internal static class PiFormatCommand
{
    private static readonly string[] Types = ["1", "2", "3"], Intervals = ["512", "4096"], Guards = ["crc16", "ip", "crc64"];

    internal static Command Create()
    {
        var file = PiCommand.File;
        var size = new Option<string?>("--size") { Description = "Size of the device; K, M and G are powers of 1024. Left out: the file's own size.", HelpName = "SIZE" };
        var type = Choice("--type", "T10 type: 1 reference tags are addresses, 2 are the writer's, 3 are opaque.", Types);
        var interval = Choice("--interval", "Bytes of data for each tuple.", Intervals);
        var guard = Choice("--guard", "CRC-16/T10-DIF, IP checksum, or CRC-64/NVME in tuples of 16 bytes.", Guards);
        var metadata = new Option<int>("--metadata") { Description = "Bytes of metadata for each interval, the tuple at their end; 0 is the tuple alone.", HelpName = "BYTES" };
        var force = new Option<bool>("--force") { Description = "Also where the file is protected already: its present tuples are given up." };
        size.Validators.Add(result =>
        {
            if (result.GetValue(size) is { } text && (!ByteSize.TryParse(text, out var bytes) || bytes == 0))
            {
                result.AddError("--size must be a size above 0, e.g. 16M");
            }
        });

        var command = new Command("format", "Protect a file: what it holds stays, and tuples are made for all of it.") { file, size, type, interval, guard, metadata, force };
        Examples.Add(command,
            "aio2 pi format disk.img --size 16M --type 1 --interval 512 --guard crc16",
            "aio2 pi format disk.img --type 3 --interval 4096 --guard crc64");
        command.SetAction(parsed =>
        {
            var path = parsed.GetValue(file)!;
            using var device = ProtectedDevice.Create(path, SizeOf(path, parsed.GetValue(size)), FormatOf(parsed), parsed.GetValue(force));
            PiText.WriteSummary(parsed.InvocationConfiguration.Output, device);
            return ExitCode.Success;
        });
        return command;

        PiFormat FormatOf(ParseResult parsed)
        {
            var kind = (PiGuard)(Array.IndexOf(Guards, parsed.GetValue(guard)) + 1);
            var numbers = (Type: (PiType)Number(parsed, type), Interval: Number(parsed, interval), Metadata: parsed.GetValue(metadata));
            return PiFormat.IsValid(numbers.Type, kind, numbers.Interval, numbers.Metadata)
                ? new PiFormat(numbers.Type, kind, numbers.Interval, numbers.Metadata)
                : throw new CliException($"--metadata must be 0, or from the tuple's size to {PiFormat.MetadataBytesMax}");
        }
    }

    private static Option<string> Choice(string name, string description, string[] values)
    {
        var option = new Option<string>(name) { Description = description, HelpName = string.Join('|', values), DefaultValueFactory = _ => values[0] };
        option.CompletionSources.Add(values);
        option.Validators.Add(result =>
        {
            if (!values.Contains(result.GetValue(option)))
            {
                result.AddError($"{name} must be one of {string.Join(", ", values)}");
            }
        });
        return option;
    }

    private static int Number(ParseResult parsed, Option<string> option) =>
        int.Parse(parsed.GetValue(option)!, System.Globalization.CultureInfo.InvariantCulture);

    private static long SizeOf(string path, string? size)
    {
        if (size is not null)
        {
            _ = ByteSize.TryParse(size, out var bytes);
            return bytes;
        }

        return File.Exists(path) ? new FileInfo(path).Length : throw new CliException($"{path} does not exist: say how large it is to be by --size");
    }
}
