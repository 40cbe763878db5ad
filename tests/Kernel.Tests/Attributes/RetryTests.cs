using AioV2.Abi;
using AioV2.Kernel.Engines.Simulated;
using AioV2.Tests;

namespace AioV2.Kernel.Tests.Attributes;

/// <summary>RETRY (ATTR-7).</summary>
public sealed class RetryTests() : AttributeLaws(Aio2AttrType.Retry)
{
    protected override byte[] Sample => [];

    [Theory, InlineData(Aio2Op.Pread), InlineData(Aio2Op.Pwrite), InlineData(Aio2Op.Preadv), InlineData(Aio2Op.Pwritev), Requirement("ATTR-7")]
    public void It_counts_what_the_simulated_engine_injected(ushort opcode)
    {
        var injected = (Continued: 0u, Retried: 0u);
        for (ulong seed = 1; seed <= 20; seed++)
        {
            using var bench = new AttributeBench(EngineKind.Simulated, new SimulationOptions { Seed = seed, ShortTransfers = 0.6, Interruptions = 0.3 });
            var (done, retry) = bench.Handled<Aio2RetRetry>(Record.Of(bench.Iocb(opcode)).Attribute(Info.Type));

            var log = bench.Kernel.Simulation!.Log.Steps;
            var cut = (uint)log.Count(step => step.Action == SimulationAction.Short);
            var interrupted = (uint)log.Count(step => step.Action == SimulationAction.Eintr);
            Assert.Equal((AttributeBench.FileBytes, cut, interrupted), (done.Res, retry.Continued, retry.Retried));
            injected = (injected.Continued + cut, injected.Retried + interrupted);
        }

        Assert.True(injected is { Continued: > 10, Retried: > 10 }, "the seeds inject too little to prove anything");
    }

    [Theory, MemberData(nameof(Engines)), Requirement("ATTR-7")]
    public void An_undisturbed_transfer_took_nothing(EngineKind engine)
    {
        using var bench = new AttributeBench(engine);
        var (_, retry) = bench.Handled<Aio2RetRetry>(Record.Of(bench.Iocb(Aio2Op.Pread)).Attribute(Info.Type));
        Assert.Equal((0u, 0u), (retry.Continued, retry.Retried));
    }
}
