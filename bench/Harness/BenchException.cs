namespace AioV2.Bench.Harness;

/// <summary>A leg went wrong; the row says so and the others go on.</summary>
public class BenchException(string message) : Exception(message);
