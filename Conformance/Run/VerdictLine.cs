namespace AioV2.Conformance.Run;

/// <summary>One line of a verdict.</summary>
/// <param name="Id">The requirement.</param>
/// <param name="Title">Its title in the spec.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Checks">Checks that held.</param>
/// <param name="Why">Why it was not exercised; else empty.</param>
public sealed record VerdictLine(string Id, string Title, Outcome Outcome, long Checks, string Why);
