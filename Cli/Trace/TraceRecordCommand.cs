using System.CommandLine;
using System.ComponentModel;
using System.Diagnostics;
using AioV2.Abi.Trace;

namespace AioV2.Cli.Trace;

/// <summary><c>aio2 trace record</c>: runs a program that is linked with libaio2.so or libaio2-compat.so, recorded.</summary>
/// <remarks>The exit code is the program's; 1 if nothing was recorded.</remarks>
internal static class TraceRecordCommand
{
    private const int SignalBase = 128;

    internal static Command Create()
    {
        var output = new Option<string>("--output", "-o") { Description = "The trace; one that is there is replaced.", HelpName = "FILE", Required = true };
        var program = new Argument<string[]>("COMMAND") { Description = "The program and its arguments.", Arity = ArgumentArity.OneOrMore };
        var command = new Command("record", "Run a program that is linked with libaio2.so or libaio2-compat.so, and record what it does.") { output, program };
        Examples.Add(command,
            "aio2 trace record -o run.trace -- ./program --its-own options",
            "aio2 trace record -o fio.trace -- fio --ioengine=libaio job.fio",
            "AIO2_TRACE=run.trace ./program      # the same, without aio2");
        command.SetAction((parsed, stop) => RunAsync(Path.GetFullPath(parsed.GetValue(output)!), parsed.GetValue(program)!, parsed.InvocationConfiguration.Error, stop));
        return command;
    }

    private static async Task<int> RunAsync(string path, string[] program, TextWriter log, CancellationToken stop)
    {
        File.Delete(path);
        var began = DateTime.UtcNow;
        using var process = Start(path, program);

        // An interrupt from the terminal reaches the program, too; one for us alone is passed on.
        using var passed = stop.Register(() => Signal(process));
        await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        var how = process.ExitCode > SignalBase ? $"killed by signal {process.ExitCode - SignalBase}" : $"exited with {process.ExitCode}";
        if (!File.Exists(path))
        {
            throw new CliException($"{program[0]} {how} and recorded nothing: it made no call of libaio2.so (is it linked with libaio2.so or libaio2-compat.so?)");
        }

        var folder = Path.GetDirectoryName(path)!;
        foreach (var file in Directory.GetFiles(folder, Path.GetFileName(path) + "*").Where(f => File.GetLastWriteTimeUtc(f) >= began && IsTrace(f, path)))
        {
            var isSealed = TraceFile.Seal(file, how);
            var trace = TraceFile.Open(file);
            await log.WriteLineAsync($"aio2: {file}: {trace.Records} records{(trace.Lost == 0 ? "" : $", {trace.Lost} lost")}{(isSealed ? $"; the program {(process.ExitCode > SignalBase ? "was " : "")}{how} before it could end its trace" : "")}").ConfigureAwait(false);
        }

        stop.ThrowIfCancellationRequested();
        return process.ExitCode;
    }

    // The trace, or that of another process of the program: its name with the process id behind.
    private static bool IsTrace(string file, string path) => file == path || file[path.Length..] is ['.', .. var pid] && pid.All(char.IsAsciiDigit);

    private static Process Start(string path, string[] program)
    {
        var start = new ProcessStartInfo(program[0], program[1..]) { UseShellExecute = false };
        start.Environment["AIO2_TRACE"] = path;
        try
        {
            return Process.Start(start) ?? throw new CliException($"{program[0]} does not start");
        }
        catch (Win32Exception e)
        {
            throw new CliException($"{program[0]}: {e.Message}", e);
        }
    }

    private static void Signal(Process process)
    {
        try
        {
            _ = Posix.Libc.Kill(process.Id, Posix.Libc.SigInt);
        }
        catch (InvalidOperationException)
        {
            // It has ended.
        }
    }
}
