using AioV2.Spec.Model;

namespace AioV2.Spec.Generate;

/// <summary>Everything that is made from a spec (ABI-3). The same spec gives the same bytes, on any machine.</summary>
public static class SpecGenerators
{
    /// <summary>Path of the spec from the root of the repository.</summary>
    public const string SpecPath = "Spec/aio2.yaml";

    /// <summary>The C# of <c>Abi/Generated</c>.</summary>
    public static IReadOnlyList<GeneratedFile> CSharp(SpecDocument spec) =>
    [
        new("Abi/Generated/Constants.g.cs", CSharpConstants.Generate(spec)),
        new("Abi/Generated/Errno.g.cs", CSharpErrno.Generate(spec)),
        new("Abi/Generated/Structs.g.cs", CSharpStructs.Generate(spec)),
        new("Abi/Generated/Catalog.g.cs", CSharpCatalog.Generate(spec)),
    ];

    /// <summary>Every generated file of the repository at <paramref name="root"/>.</summary>
    public static IReadOnlyList<GeneratedFile> All(SpecDocument spec, string root) => [.. CSharp(spec)];

    /// <summary>The root of the repository that a folder lies in, or null: the folder with <c>AioV2.sln</c>.</summary>
    public static string? FindRoot(string from)
    {
        var folder = new DirectoryInfo(from);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "AioV2.sln")))
            folder = folder.Parent;
        return folder?.FullName;
    }
}
