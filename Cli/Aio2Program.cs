using System.CommandLine;
using System.Runtime.InteropServices;
using System.Text;

namespace AioV2.Cli;

/// <summary>The root command: finds the subcommands, runs one, and turns what happened into an exit code.</summary>
public static class Aio2Program
{
    /// <summary>Runs <c>aio2</c> with these arguments; returns an <see cref="ExitCode"/>.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var root = CreateRoot(args);
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            return UsageError(parsed);
        }

        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Cancel);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Cancel);
        try
        {
            // The signals are ours: the time a command takes to leave nothing half done is not bounded by the parser.
            var invocation = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
            return await parsed.InvokeAsync(invocation, stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync("aio2: interrupted").ConfigureAwait(false);
            return ExitCode.Interrupted;
        }
        catch (Exception e) when (FailureText.Of(e) is { } line)
        {
            await Console.Error.WriteLineAsync($"aio2: {line}").ConfigureAwait(false);
            return ExitCode.Failure;
        }

        void Cancel(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }
    }

    /// <summary>The root with the command that the line begins with, or with all: most of a start's time is what is made and not used.</summary>
    private static RootCommand CreateRoot(string[] args)
    {
        var root = new RootCommand("Asynchronous I/O through the AIO v2 ABI, on real files.");
        foreach (var version in root.Options.OfType<VersionOption>().ToArray())
        {
            version.Action = new VersionAction();
        }

        Examples.ShowIn(root);
        Examples.Add(root, "aio2 demo", "aio2 copy photos /mnt/backup/photos", "aio2 probe --json");
        var commands = (args.Length > 0 && TypeOf(args[0]) is { } chosen ? [chosen] : CommandTypes)
            .Select(type => ((ICliCommand)Activator.CreateInstance(type)!).Create())
            .OrderBy(command => command.Name, StringComparer.Ordinal);
        foreach (var command in commands)
        {
            root.Subcommands.Add(command);
        }

        return root;
    }

    /// <summary>Every command's class.</summary>
    internal static IReadOnlyList<Type> CommandTypes => [.. typeof(Aio2Program).Assembly.GetTypes().Where(type => type is { IsAbstract: false } && type.IsAssignableTo(typeof(ICliCommand)))];

    /// <summary>The command that a class makes: <c>conform-child</c> of <c>ConformChildCommand</c>.</summary>
    internal static string NameOf(Type type)
    {
        var name = new StringBuilder();
        foreach (var c in type.Name.AsSpan()[..^"Command".Length])
        {
            _ = char.IsUpper(c) && name.Length > 0 ? name.Append('-') : name;
            _ = name.Append(char.ToLowerInvariant(c));
        }

        return name.ToString();
    }

    /// <summary>The class of a command, found by its name alone: to look at all types takes longer than many a command.</summary>
    internal static Type? TypeOf(string command)
    {
        if (!command.All(c => char.IsAsciiLetterLower(c) || c == '-'))
        {
            return null;
        }

        var name = $"{typeof(Commands.SpecCommand).Namespace}.{command.Replace("-", "", StringComparison.Ordinal)}Command";
        return typeof(Aio2Program).Assembly.GetType(name, throwOnError: false, ignoreCase: true) is { } type
            && type.IsAssignableTo(typeof(ICliCommand)) && NameOf(type) == command ? type : null;
    }

    private static int UsageError(ParseResult parsed)
    {
        var path = new List<string>();
        for (System.CommandLine.Parsing.SymbolResult? at = parsed.CommandResult; at is System.CommandLine.Parsing.CommandResult command; at = at.Parent)
        {
            path.Insert(0, command.Command is RootCommand ? "aio2" : command.Command.Name);
        }

        Console.Error.WriteLine($"aio2: {Complaint()} (see '{string.Join(' ', path)} --help')");
        return ExitCode.Usage;

        // A word where a command belongs is what was wrong, not that a command is missing.
        string Complaint() => parsed.CommandResult.Command.Subcommands.Count > 0 && parsed.UnmatchedTokens.Count > 0
            ? $"Unrecognized command or argument '{parsed.UnmatchedTokens[0]}'."
            : parsed.Errors[0].Message;
    }
}
