using System.Text;
using AioV2.Abi;
using AioV2.Abi.Calls;
using AioV2.Kernel;
using AioV2.Kernel.Memory;

namespace AioV2.Bench.Harness;

/// <summary>The embedded kernel with the default engine and the checked policy, as the C calls have it.</summary>
internal sealed unsafe class KernelUnderTest : IDisposable
{
    private readonly EmbeddedKernel _kernel;

    /// <summary>Makes it, and asks it what it is.</summary>
    public KernelUnderTest()
    {
        _kernel = EmbeddedKernel.Create(new KernelOptions { Policy = UserMemoryPolicy.Checked });
        Facts = Ask(_kernel);
    }

    /// <summary>The nine calls.</summary>
    public IAio2 Calls => _kernel;

    /// <summary>What it says about itself.</summary>
    public KernelFacts Facts { get; }

    /// <inheritdoc/>
    public void Dispose() => _kernel.Dispose();

    private static KernelFacts Ask(EmbeddedKernel calls)
    {
        var answer = new Aio2ProbeKernel { Size = Aio2ProbeKernel.SizeOf };
        var result = calls.Probe(Aio2Probe.Kernel, &answer, Aio2ProbeKernel.SizeOf);
        if (result < 0)
        {
            throw new BenchException($"io_probe2: {Errno.NameOf((int)-result)}");
        }
        var engine = new ReadOnlySpan<byte>(answer.Engine, 16);
        var end = engine.IndexOf((byte)0);
        return new KernelFacts(
            Encoding.ASCII.GetString(end < 0 ? engine : engine[..end]),
            UserMemoryName(answer.UserMemory),
            answer.Features,
            answer.SetupFlags);
    }

    private static string UserMemoryName(uint userMemory) => userMemory switch
    {
        Aio2UserMemory.Direct => "direct",
        Aio2UserMemory.Fixup => "checked (fault fix-up)",
        Aio2UserMemory.Bounce => "checked (memfd bounce)",
        _ => "kernel",
    };
}
