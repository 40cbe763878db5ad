namespace AioV2.Bench.Harness;

/// <summary>What io_probe2 tells about the kernel that is measured.</summary>
/// <param name="Engine">Name of the engine.</param>
/// <param name="UserMemory">User-memory policy in use.</param>
/// <param name="Features">AIO2_FEAT_* that are offered.</param>
/// <param name="SetupFlags">AIO2_SETUP_* that are accepted.</param>
public sealed record KernelFacts(string Engine, string UserMemory, ulong Features, uint SetupFlags);
