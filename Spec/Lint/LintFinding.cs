using AioV2.Spec.Model;

namespace AioV2.Spec.Lint;

/// <summary>One place that breaks a rule.</summary>
/// <param name="Rule">The rule, with its reason and source.</param>
/// <param name="File">Name of the spec.</param>
/// <param name="At">Where in it.</param>
/// <param name="Message">What is so there, and what to do.</param>
/// <param name="Why">The spec's own reason why it may be so, where it claims an exception; else null.</param>
public sealed record LintFinding(LintRule Rule, string File, SpecPosition At, string Message, string? Why = null)
{
    /// <summary>The form compilers use: <c>file:line:column: rule: message</c>.</summary>
    public override string ToString() => $"{File}:{At.Line}:{At.Column}: {Rule.Id}: {Message}";
}
