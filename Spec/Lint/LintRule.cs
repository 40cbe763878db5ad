namespace AioV2.Spec.Lint;

/// <summary>One thing that reviewers of Linux ABIs ask for.</summary>
/// <param name="Id">As findings and exceptions name it.</param>
/// <param name="Asks">What must hold.</param>
/// <param name="Reason">What goes wrong where it does not.</param>
/// <param name="Source">Where reviewers take it from.</param>
public sealed record LintRule(string Id, string Asks, string Reason, string Source);
