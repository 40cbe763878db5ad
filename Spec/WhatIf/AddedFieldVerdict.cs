using AioV2.Spec.Diff;
using AioV2.Spec.Layout;
using AioV2.Spec.Lint;

namespace AioV2.Spec.WhatIf;

/// <summary>What layout, diff and lint say of a struct with a field more.</summary>
/// <param name="Layout">The struct as it would be.</param>
/// <param name="Diff">From the spec as it is to the spec with that struct.</param>
/// <param name="Findings">What lint says of the spec with that struct and does not say of it as it is.</param>
public sealed record AddedFieldVerdict(StructLayout Layout, SpecDiff Diff, IReadOnlyList<LintFinding> Findings);
