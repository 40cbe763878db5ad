namespace AioV2.Cli.Soak;

/// <summary>What a soak is to do.</summary>
/// <param name="Seed">Where all that is chosen comes from.</param>
/// <param name="Time">How long.</param>
/// <param name="Engine">One engine, or "all" to change between them.</param>
/// <param name="Episode">The one episode to replay, or -1.</param>
/// <param name="Record">The trace to write, or null.</param>
internal sealed record SoakOptions(ulong Seed, TimeSpan Time, string Engine, long Episode, string? Record = null);
