using AioV2.Spec.Model;

namespace AioV2.Spec.Parse;

/// <summary>The spec as it was when this program was built, for where there is no repository.</summary>
public static class BuiltInSpec
{
    /// <summary>The name that errors give.</summary>
    public const string Name = "aio2.yaml";

    /// <summary>Its text.</summary>
    public static byte[] Utf8
    {
        get
        {
            using var resource = typeof(BuiltInSpec).Assembly.GetManifestResourceStream(Name)!;
            var utf8 = new byte[resource.Length];
            resource.ReadExactly(utf8);
            return utf8;
        }
    }

    /// <summary>Reads it.</summary>
    public static SpecDocument Load() => SpecParser.Parse(Utf8, Name);
}
