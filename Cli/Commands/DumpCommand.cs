using System.CommandLine;
using System.Runtime.InteropServices;
using System.Text;
using AioV2.Abi;
using AioV2.Cli.Dump;
using AioV2.Cli.SpecCommands;
using AioV2.Spec.Model;

namespace AioV2.Cli.Commands;

/// <summary><c>aio2 dump [FILE]</c>: records and rings as annotated hexadecimal.</summary>
public sealed class DumpCommand : ICliCommand
{
    private readonly Argument<string?> _file = new("FILE") { Description = "What to dump; without it, or with -, standard input.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<bool> _events = new("--events") { Description = "It is a run of events, as io_getevents2 gives them." };
    private readonly Option<bool> _iocbs = new("--iocbs") { Description = "It is a run of iocbs, as io_submit2 takes them." };
    private readonly Option<bool> _ring = new("--ring") { Description = "It is a copy of a ring's mapping: header, user line, data." };
    private readonly Option<string?> _spec = SpecOption.Create();

    /// <inheritdoc/>
    public Command Create()
    {
        var command = new Command("dump",
            "Show records as annotated hexadecimal: offset, bytes, field, value, a field to a line.\n\n"
            + "Attributes and returns stand below their record, flags and numbers by the names of the spec. Without an option a ring is known by its magic, "
            + "and everything else is taken for events. An input of any size is read through a window; a ring from a pipe goes through a temporary file. "
            + "Bytes have the order of this machine.\n\n"
            + "Exit codes: 0 all of it is well-formed; 1 it is not: the first bad byte is shown with its offset and the reason; 2 wrong usage; 130 interrupted.")
        {
            _file, _events, _iocbs, _ring, _spec,
        };
        command.Validators.Add(result =>
        {
            if (new[] { _events, _iocbs, _ring }.Count(result.GetValue) > 1)
            {
                result.AddError("--events, --iocbs and --ring exclude each other");
            }
        });
        Examples.Add(command, "aio2 dump events.bin", "aio2 dump --iocbs < submission.bin", "aio2 dump --ring /proc/self/fd/5");
        command.SetAction(RunAsync);
        return command;
    }

    // A read from a terminal or a pipe that gives nothing cannot be interrupted; waiting for it can.
    private Task<int> RunAsync(ParseResult parsed, CancellationToken stop) => Task.Run(() => SpecOption.Run(() => Run(parsed, stop)), stop).WaitAsync(stop);

    private int Run(ParseResult parsed, CancellationToken stop)
    {
        var name = parsed.GetValue(_file);
        var spec = SpecOption.Load(parsed.GetValue(_spec));
        using var input = name is null or "-" ? Console.OpenStandardInput() : new FileStream(name, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1);
        var fault = Dump(parsed, input, spec, stop);
        return fault is null ? ExitCode.Success : throw new CliException($"{(name is null or "-" ? "standard input" : name)}: {fault}");
    }

    private DumpFault? Dump(ParseResult parsed, Stream input, SpecDocument spec, CancellationToken stop)
    {
        using var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false), 1 << 16);
        var records = new RecordDump(output, spec);
        var window = new RecordStream(input, output.Flush);
        var kind = parsed.GetValue(_iocbs) ? RecordKind.Iocbs : RecordKind.Events;
        var typed = parsed.GetValue(_events) || parsed.GetValue(_iocbs);
        return parsed.GetValue(_ring) || (!typed && StartsRing(window)) ? Ring(input, window, records, stop) : Records(kind, window, records, stop);
    }

    private static bool StartsRing(RecordStream window) =>
        window.Peek(sizeof(uint)) is { Length: >= sizeof(uint) } start && MemoryMarshal.Read<uint>(start) == Aio2.RingMagic;

    private static DumpFault? Records(RecordKind kind, RecordStream window, RecordDump records, CancellationToken stop)
    {
        var (least, most) = kind == RecordKind.Iocbs ? (Iocb2.SizeOf, Aio2.IocbMax) : (IoEvent2.SizeOf, Aio2.EventMax);
        while (window.Peek(least) is { IsEmpty: false } start)
        {
            stop.ThrowIfCancellationRequested();
            // No more than the record, so that one is shown as soon as it is there.
            var wanted = start.Length < least ? least : (int)Math.Clamp(MemoryMarshal.Read<uint>(start), (uint)least, most);
            if (records.Record(kind, window.Peek(wanted), window.Position, out var bytes) is { } fault)
            {
                return fault;
            }

            window.Take(bytes);
        }

        return null;
    }

    private static DumpFault? Ring(Stream input, RecordStream window, RecordDump records, CancellationToken stop)
    {
        if (input is FileStream { CanSeek: true } file)
        {
            return new RingDump(records, file.SafeFileHandle).Run(stop);
        }

        // Head may lie behind tail in the data area, so what comes first is needed last.
        using var copy = new FileStream(Path.GetTempFileName(), new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.ReadWrite, Options = FileOptions.DeleteOnClose });
        window.CopyTo(copy, 2L * Aio2.RingBytesMax);
        copy.Flush();
        return new RingDump(records, copy.SafeFileHandle).Run(stop);
    }
}
