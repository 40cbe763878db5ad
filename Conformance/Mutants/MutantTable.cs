using AioV2.Abi.Calls;

namespace AioV2.Conformance.Mutants;

/// <summary>All broken implementations that stand around one that works, by name.</summary>
public static class MutantTable
{
    /// <summary>The name under which nothing is broken: what works must pass the suite that the others fail.</summary>
    public const string Control = "nothing wrong";

    /// <summary>Their table, in the order of the design.</summary>
    public static IReadOnlyList<Mutant> All { get; } =
    [
        .. SetupMutants.All,
        .. EventfdMutants.All,
        .. SubmitMutants.All,
        .. LateMutants.All,
        .. AttributeMutants.All,
        .. GetMutants.All,
        .. WaiterMutants.All,
        .. CancelMutants.All,
        .. RaceMutants.All,
        .. LifeMutants.All,
    ];

    /// <summary>An implementation with the mistake of this name; the one given for <see cref="Control"/>.</summary>
    /// <exception cref="ArgumentException">No mutant has this name.</exception>
    public static IAio2 Make(string name, IAio2 inner) => name == Control ? inner
        : (All.FirstOrDefault(m => m.Name == name) ?? throw new ArgumentException($"no mutant is called '{name}'")).Make(inner);
}
