namespace AioV2.Spec.Diff;

/// <summary>What a change means for a program and a kernel of which one knows it and the other does not; the worst is the largest.</summary>
public enum Verdict
{
    /// <summary>Nobody notices.</summary>
    Compatible,

    /// <summary>What worked works on; what is new is refused or missing on the other side in a way that can be seen, or wants a reviewer's eyes.</summary>
    CompatibleButNew,

    /// <summary>Something that worked, or compiled, does not, or means another thing without a word.</summary>
    Breaking,
}
