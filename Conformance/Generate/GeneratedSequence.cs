using AioV2.Conformance.Calls;

namespace AioV2.Conformance.Generate;

/// <summary>A sequence as it was generated, and as the child runs it.</summary>
/// <param name="Steps">What shrinking begins with.</param>
/// <param name="Lowered">The same steps; drains know how many events are owed.</param>
public sealed record GeneratedSequence(IReadOnlyList<Step> Steps, IReadOnlyList<Step> Lowered);
