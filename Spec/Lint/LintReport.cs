namespace AioV2.Spec.Lint;

/// <summary>What lint says of a spec, in the order of the file.</summary>
/// <param name="Findings">What is to be changed, or claimed as an exception.</param>
/// <param name="Exceptions">What the spec claims as exceptions, each with its reason.</param>
public sealed record LintReport(IReadOnlyList<LintFinding> Findings, IReadOnlyList<LintFinding> Exceptions);
