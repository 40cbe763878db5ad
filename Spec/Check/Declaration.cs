using AioV2.Spec.Model;

namespace AioV2.Spec.Check;

/// <summary>A name and where it is declared.</summary>
/// <remarks>A class and no tuple: a start of the program would spend most of the checks' time on compiling LINQ for that tuple.</remarks>
internal sealed class Declaration(string name, SpecPosition at)
{
    public Declaration(string name, SpecNode node, string key = "name")
        : this(name, node.AtKey(key))
    {
    }

    public string Name { get; } = name;

    public SpecPosition At { get; } = at;
}
