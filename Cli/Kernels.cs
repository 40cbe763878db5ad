using AioV2.Kernel;
using AioV2.Kernel.Memory;

namespace AioV2.Cli;

/// <summary>The kernel that the command runs its requests on.</summary>
internal static class Kernels
{
    /// <summary>The embedded one. <paramref name="policy"/> is direct for commands that own all memory they pass.</summary>
    internal static EmbeddedKernel Embedded(UserMemoryPolicy policy = UserMemoryPolicy.Direct) =>
        EmbeddedKernel.Create(new KernelOptions { Policy = policy });
}
