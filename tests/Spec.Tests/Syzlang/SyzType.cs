namespace AioV2.Spec.Tests.Syzlang;

/// <summary>A type of syzlang as it is written: a name with options, or as an option a number, a range, or a name of a constant.</summary>
/// <param name="Name">The name, or the number's text; empty for a range.</param>
/// <param name="Options">What stands in the brackets; for a range its two ends.</param>
/// <param name="Line">Where.</param>
internal sealed record SyzType(string Name, IReadOnlyList<SyzType> Options, int Line)
{
    public bool IsNumber => Name.Length > 0 && (char.IsAsciiDigit(Name[0]) || Name[0] == '-');

    public bool IsRange => Name.Length == 0;

    public override string ToString() => IsRange ? $"{Options[0]}:{Options[1]}" : Options.Count == 0 ? Name : $"{Name}[{string.Join(", ", Options)}]";

    /// <summary>The type with a template's parameters replaced.</summary>
    public SyzType With(IReadOnlyDictionary<string, SyzType> arguments) =>
        Options.Count == 0 && arguments.TryGetValue(Name, out var argument) ? argument : this with { Options = [.. Options.Select(o => o.With(arguments))] };
}
