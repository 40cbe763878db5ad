namespace AioV2.Spec.Tests.Syzlang;

/// <summary>One declaration of a file.</summary>
/// <param name="Kind"><c>include</c>, <c>define</c>, <c>resource</c>, <c>type</c> (an alias), <c>flags</c>, <c>struct</c>, <c>union</c> or <c>call</c>.</param>
/// <param name="Name">What is declared; a call with its variant.</param>
/// <param name="Line">Where.</param>
internal sealed record SyzDeclaration(string Kind, string Name, int Line)
{
    /// <summary>Parameters of a template.</summary>
    public IReadOnlyList<string> Parameters { get; init; } = [];

    /// <summary>Of a struct, union or call.</summary>
    public IReadOnlyList<SyzField> Fields { get; init; } = [];

    /// <summary>Of a struct or union: packed, varlen, align[8].</summary>
    public IReadOnlyList<SyzType> Attributes { get; init; } = [];

    /// <summary>Of a list of flags, and the special values of a resource.</summary>
    public IReadOnlyList<string> Values { get; init; } = [];

    /// <summary>What an alias or a resource is made of.</summary>
    public SyzType? Base { get; init; }

    public bool Has(string attribute) => Attributes.Any(a => a.Name == attribute);
}
