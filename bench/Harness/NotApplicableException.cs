namespace AioV2.Bench.Harness;

/// <summary>What the row measures does not exist on this machine, e.g. cold reads from tmpfs.</summary>
public sealed class NotApplicableException(string message) : BenchException(message);
