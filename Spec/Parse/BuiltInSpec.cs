using AioV2.Spec.Model;

namespace AioV2.Spec.Parse;

/// <summary>The spec as it was when this program was built, for where there is no repository.</summary>
public static class BuiltInSpec
{
    private const string Name = "aio2.yaml";

    /// <summary>Reads it.</summary>
    public static SpecDocument Load()
    {
        using var resource = typeof(BuiltInSpec).Assembly.GetManifestResourceStream(Name)!;
        var utf8 = new byte[resource.Length];
        resource.ReadExactly(utf8);
        return SpecParser.Parse(utf8, Name);
    }
}
