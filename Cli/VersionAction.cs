using System.CommandLine;
using System.CommandLine.Invocation;
using AioV2.Abi;

namespace AioV2.Cli;

/// <summary><c>aio2 --version</c>: the ABI's version, the hash of the spec that it was built from, and the engine in use.</summary>
public sealed class VersionAction : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        ArgumentNullException.ThrowIfNull(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        output.WriteLine($"ABI version  {Aio2.Version}");
        output.WriteLine($"spec hash    sha256:{Aio2.SpecHash}");
        using var kernel = Kernels.Embedded();
        output.WriteLine($"engine       {kernel.EngineName}");
        return ExitCode.Success;
    }
}
