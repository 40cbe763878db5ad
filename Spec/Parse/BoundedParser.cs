using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace AioV2.Spec.Parse;

/// <summary>Parses YAML that is nested no deeper than a spec can be: building the nodes of what is deeper takes stack without end.</summary>
internal sealed class BoundedParser(IParser parser) : IParser
{
    private const int MostDeep = 32;
    private int depth;

    public ParsingEvent? Current => parser.Current;

    public bool MoveNext()
    {
        if (!parser.MoveNext())
            return false;
        depth += Current!.NestingIncrease;
        return depth <= MostDeep ? true : throw new YamlException(Current.Start, Current.End, $"nested more than {MostDeep} deep");
    }
}
