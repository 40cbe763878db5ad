namespace AioV2.Kernel.Tests.Memory;

/// <summary>Tests that raise, or replace the handlers of, SIGSEGV and SIGBUS: nothing else runs beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class SignalHandlers
{
    public const string Name = "signal handlers";
}
