namespace AioV2.Spec.Model;

/// <summary>Something declared in a spec, which knows where it stands.</summary>
public abstract class SpecNode
{
    /// <summary>Where the declaration begins.</summary>
    public SpecPosition At { get; init; }

    /// <summary>Where the value of each key begins.</summary>
    public required IReadOnlyDictionary<string, SpecPosition> Keys { get; init; }

    /// <summary>Exceptions from rules of lint, each with its reason.</summary>
    public IReadOnlyList<AllowDef> Allows { get; init; } = [];

    /// <summary>Where a key's value stands, or the declaration itself if the key is not given.</summary>
    public SpecPosition AtKey(string key) => Keys.TryGetValue(key, out var at) ? at : At;
}
