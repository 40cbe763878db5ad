namespace AioV2.Bench.Harness;

/// <summary>Our side of the row needs something that is not built yet: the row is listed as pending.</summary>
public sealed class NotBuiltException(string message) : BenchException(message);
