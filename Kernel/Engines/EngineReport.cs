namespace AioV2.Kernel.Engines;

/// <summary>An engine, whether it can be used here, and why (PROBE-1).</summary>
internal readonly record struct EngineReport(string Name, bool IsUsable, bool IsChosen, string Why);
