namespace AioV2.Spec.Model;

/// <summary>A place in a spec file; both count from 1, columns in characters.</summary>
public readonly record struct SpecPosition(int Line, int Column)
{
    /// <summary>The first character of a file.</summary>
    public static SpecPosition Start => new(1, 1);
}
