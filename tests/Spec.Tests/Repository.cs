using AioV2.Spec.Generate;
using AioV2.Spec.Model;
using AioV2.Spec.Parse;

namespace AioV2.Spec.Tests;

/// <summary>The repository that the tests run in.</summary>
internal static class Repository
{
    public static string Root { get; } =
        SpecGenerators.FindRoot(AppContext.BaseDirectory) ?? throw new InvalidOperationException("the tests lie outside the repository");

    public static byte[] SpecBytes { get; } = File.ReadAllBytes(At(SpecGenerators.SpecPath));

    public static SpecDocument Spec { get; } = SpecParser.Parse(SpecBytes, "aio2.yaml");

    public static string At(string path) => Path.Combine(Root, path);

    /// <summary>A path for something made by a test; its folder exists.</summary>
    public static string Artifact(string folder, string file)
    {
        var path = Path.Combine(Root, "artifacts", "tests", folder);
        Directory.CreateDirectory(path);
        return Path.Combine(path, file);
    }
}
