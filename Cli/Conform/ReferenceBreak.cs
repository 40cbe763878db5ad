using AioV2.Conformance.Mutants;

namespace AioV2.Cli.Conform;

/// <summary>One line of <c>breaks.h</c>: a mistake that the reference makes when it is compiled with <c>-DBREAK=</c> its number.</summary>
internal sealed record ReferenceBreak(int Number, MutantKind Kind, string[] Requirements, string Name);
