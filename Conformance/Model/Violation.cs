namespace AioV2.Conformance.Model;

/// <summary>A requirement that an answer breaks, and how.</summary>
public sealed record Violation(string Requirement, string Message, int Sequence = 0, int Step = 0);
