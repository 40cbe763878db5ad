namespace AioV2.Bench.Harness;

/// <summary>The peer cannot be had on this machine: the row is listed with that peer named as missing.</summary>
public sealed class PeerMissingException(string message) : BenchException(message);
