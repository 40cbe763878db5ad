using System.CommandLine;
using AioV2.Cli.Pi;

namespace AioV2.Cli.Commands;

/// <summary><c>aio2 pi …</c>: protected files, the device side of protection information (ATTR-8).</summary>
public sealed class PiCommand : ICliCommand
{
    /// <inheritdoc/>
    public Command Create()
    {
        var command = new Command("pi", "Protect files by T10 protection information: format, inject faults, scrub, show.")
        {
            PiFormatCommand.Create(), PiInjectCommand.Create(), PiScrubCommand.Create(), PiShowCommand.Create(),
        };
        Examples.Add(command,
            "aio2 pi format disk.img --size 16M --type 1 --interval 512 --guard crc16",
            "aio2 pi inject disk.img --byte 4711",
            "aio2 pi scrub disk.img");
        return command;
    }

    /// <summary>The argument that all of them take.</summary>
    internal static Argument<string> File => new("FILE") { Description = "The data file; its sidecar lies beside it." };
}
