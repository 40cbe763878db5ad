using AioV2.Kernel;
using AioV2.Kernel.Memory;
using AioV2.Kernel.Tracing;

namespace AioV2.Cli;

/// <summary>The kernel that the command runs its requests on.</summary>
internal static class Kernels
{
    /// <summary>The embedded one. <paramref name="policy"/> is direct for commands that own all memory they pass.</summary>
    /// <param name="policy">How user memory is touched.</param>
    /// <param name="trace">What records it, or null.</param>
    internal static EmbeddedKernel Embedded(UserMemoryPolicy policy = UserMemoryPolicy.Direct, KernelTrace? trace = null) =>
        EmbeddedKernel.Create(new KernelOptions { Policy = policy, Trace = trace });
}
