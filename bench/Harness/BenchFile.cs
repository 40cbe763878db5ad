namespace AioV2.Bench.Harness;

/// <summary>A file to read.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Bytes">How long it is; a power of two.</param>
/// <param name="Kind">What it lies on.</param>
public sealed record BenchFile(string Path, long Bytes, FileSystemKind Kind);
