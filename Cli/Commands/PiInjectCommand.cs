using System.CommandLine;
using System.Globalization;
using AioV2.Kernel.Devices;

namespace AioV2.Cli.Commands;

/// <summary><c>aio2 pi inject FILE</c>: changes one byte on disk behind everybody's back, as a medium that rots.</summary>
internal static class PiInjectCommand
{
    internal static Command Create()
    {
        var file = PiCommand.File;
        var at = new Option<long>("--byte") { Description = "Which byte, from 0.", HelpName = "N", Required = true };
        var inSidecar = new Option<bool>("--sidecar") { Description = "Of the sidecar, instead of the data file." };
        at.Validators.Add(result =>
        {
            // Looks at the text: its conversion fails on its own, later.
            if (result.Tokens is [var token] && long.TryParse(token.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number < 0)
            {
                result.AddError("--byte must not be negative");
            }
        });

        var command = new Command("inject", "Invert one byte of a protected file or its sidecar, tuples untouched.") { file, at, inSidecar };
        Examples.Add(command, "aio2 pi inject disk.img --byte 4711", "aio2 pi inject disk.img --byte 4098 --sidecar");
        command.SetAction(parsed =>
        {
            var sidecar = ProtectedDevice.SidecarPathOf(parsed.GetValue(file)!);
            var path = parsed.GetValue(inSidecar) ? sidecar : parsed.GetValue(file)!;
            var (before, after) = Invert(path, parsed.GetValue(at));
            parsed.InvocationConfiguration.Output.WriteLine($"{path}: byte {parsed.GetValue(at)} was 0x{before:x2}, is 0x{after:x2}");
            return ExitCode.Success;
        });
        return command;
    }

    private static (int Before, int After) Invert(string path, long at)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        if (at >= stream.Length)
        {
            throw new CliException($"{path} has only {stream.Length} bytes");
        }

        stream.Position = at;
        var before = stream.ReadByte();
        var after = before ^ 0xff;
        stream.Position = at;
        stream.WriteByte((byte)after);
        return (before, after);
    }
}
