using System.CommandLine;
using AioV2.Abi.Calls;
using AioV2.Kernel;
using AioV2.Kernel.Tracing;

namespace AioV2.Cli.Trace;

/// <summary>The option <c>--record FILE</c> of commands that run on the embedded kernel.</summary>
internal sealed class Recording : IDisposable
{
    private readonly KernelTrace? _trace;

    private Recording(KernelTrace? trace) => _trace = trace;

    /// <summary>What the kernel is given, or null.</summary>
    public KernelTrace? Trace => _trace;

    /// <summary>The option.</summary>
    public static Option<string?> Option() => new("--record")
    {
        Description = "Record what happens to a trace, for aio2 trace view; a file that is there is replaced.", HelpName = "FILE",
    };

    /// <summary>Begins to record if the option was given.</summary>
    public static Recording Begin(string? path, string engine = "auto") => new(path is null ? null : KernelTrace.Create(path, engine));

    /// <summary>The calls to make: those that are recorded, if that is wanted.</summary>
    public IAio2 Calls(EmbeddedKernel kernel) => _trace?.Calls(kernel) ?? kernel;

    /// <summary>Ends the file.</summary>
    /// <exception cref="CliException">It could not be written to its end.</exception>
    public void Dispose()
    {
        _trace?.Dispose();
        if (_trace?.Error is { } error)
        {
            throw new CliException($"--record: the trace has no end: {error}");
        }
    }
}
