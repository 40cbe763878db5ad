using System.Collections.Frozen;
using AioV2.Abi;

namespace AioV2.Conformance.Model;

/// <summary>How often each requirement was checked, and what broke it.</summary>
public sealed class Tally
{
    private static readonly FrozenDictionary<string, int> Index =
        Aio2Catalog.Requirements.Select((r, i) => (r.Id, i)).ToFrozenDictionary(p => p.Id, p => p.i);

    private readonly long[] _passed = new long[Aio2Catalog.Requirements.Length];

    private readonly Dictionary<string, string> _skipped = [];

    /// <summary>What was broken, in the order it was found.</summary>
    public List<Violation> Violations { get; } = [];

    /// <summary>Counts a check that held.</summary>
    public void Pass(string requirement) => _passed[Index[requirement]]++;

    /// <summary>Counts many checks that held.</summary>
    public void Pass(string requirement, long times) => _passed[Index[requirement]] += times;

    /// <summary>Notes a check that failed.</summary>
    /// <exception cref="KeyNotFoundException">The spec has no such requirement.</exception>
    public void Fail(Violation violation)
    {
        _ = Index[violation.Requirement];
        Violations.Add(violation);
    }

    /// <summary>Notes why a check could not be made; the first reason stays.</summary>
    public void Skip(string requirement, string why) => _skipped.TryAdd(requirement, why);

    /// <summary>Why a check of a requirement could not be made, or null.</summary>
    public string? WhyNot(string requirement) => _skipped.GetValueOrDefault(requirement);

    /// <summary>Checks that held for a requirement.</summary>
    public long PassedOf(string requirement) => _passed[Index[requirement]];

    /// <summary>Adds what another one counted.</summary>
    public void Add(Tally other)
    {
        for (int i = 0; i < _passed.Length; i++)
        {
            _passed[i] += other._passed[i];
        }

        Violations.AddRange(other.Violations);
    }
}
