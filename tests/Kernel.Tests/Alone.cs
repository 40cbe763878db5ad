namespace AioV2.Kernel.Tests;

/// <summary>Tests that look at the whole process and so run while no other does.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
