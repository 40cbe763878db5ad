using AioV2.Abi.Calls;

namespace AioV2.Conformance.Mutants;

/// <summary>A working implementation with one thing broken.</summary>
/// <param name="Name">What it does wrong, as words that follow "it".</param>
/// <param name="Kind">The sort of mistake.</param>
/// <param name="Requirements">The ids that it breaks: a check that cites another one has not understood it.</param>
/// <param name="Make">Puts the mistake around an implementation that works.</param>
public sealed record Mutant(string Name, MutantKind Kind, string[] Requirements, Func<IAio2, IAio2> Make);
