namespace AioV2.Spec.Diff;

/// <summary>A verdict for one direction, and why.</summary>
public readonly record struct Effect(Verdict Verdict, string Why)
{
    public static Effect Compatible(string why) => new(Verdict.Compatible, why);

    public static Effect New(string why) => new(Verdict.CompatibleButNew, why);

    public static Effect Breaking(string why) => new(Verdict.Breaking, why);
}
