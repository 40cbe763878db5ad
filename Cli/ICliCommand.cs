using System.CommandLine;

namespace AioV2.Cli;

/// <summary>
/// One subcommand of <c>aio2</c>. A class of this assembly that implements it and has a constructor without
/// parameters is found by <see cref="Aio2Program"/>, and is called after the command that it makes; it lives in <c>Cli/Commands</c>, one file for each command.
/// </summary>
/// <remarks>
/// The action of a command returns an <see cref="ExitCode"/>, writes results to stdout, and fails by throwing
/// <see cref="CliException"/> (one clear line on stderr, exit code 1). It stops at its
/// <see cref="CancellationToken"/>, which SIGINT and SIGTERM cancel, by throwing
/// <see cref="OperationCanceledException"/>.
/// </remarks>
public interface ICliCommand
{
    /// <summary>Makes the command with its options, arguments and action.</summary>
    Command Create();
}
