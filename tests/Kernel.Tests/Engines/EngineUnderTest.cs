namespace AioV2.Kernel.Tests.Engines;

/// <summary>The ways of running requests that have the same laws: the engines, and io_uring without a thread (SETUP-12).</summary>
public enum EngineUnderTest
{
    Threads,
    IoUring,
    Simulated,
    Deferred,
}
