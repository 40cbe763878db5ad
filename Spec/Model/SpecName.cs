namespace AioV2.Spec.Model;

/// <summary>A name that refers to something declared elsewhere, and where it is used.</summary>
public readonly record struct SpecName(string Value, SpecPosition At)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}
