namespace AioV2.UserLib;

/// <summary>How many contexts a group has, and which of them a CPU prefers (LIB-1).</summary>
public enum AioGroupPlacement
{
    /// <summary>One for each NUMA node: a ring is shared by the CPUs that share its memory.</summary>
    PerNode,

    /// <summary>One for each CPU that the process may use.</summary>
    PerCpu,
}
