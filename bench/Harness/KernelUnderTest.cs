using AioV2.Abi.Calls;

namespace AioV2.Bench.Harness;

/// <summary>The embedded kernel with the default engine and the checked policy, as the C calls have it.</summary>
internal sealed class KernelUnderTest : IDisposable
{
    /// <summary>Makes it.</summary>
    /// <exception cref="NotBuiltException">There is none yet.</exception>
    public KernelUnderTest() => throw new NotBuiltException("the embedded kernel is not built yet");

    /// <summary>The nine calls.</summary>
    public IAio2 Calls { get; } = null!;

    /// <summary>What it says about itself.</summary>
    public KernelFacts Facts { get; } = null!;

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
