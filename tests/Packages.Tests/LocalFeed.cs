using System.Reflection;

namespace AioV2.Packages.Tests;

/// <summary>A folder with freshly made packages; made once for all tests, and gone after them.</summary>
/// <remarks>Built beside the repository's artifacts, not into them: other tests run from there meanwhile.</remarks>
public sealed class LocalFeed : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("aio2-packages-");

    /// <summary>Where everything of this run is.</summary>
    public string Folder => _folder.FullName;

    /// <summary>Where the packages are.</summary>
    public string Feed => Path.Combine(Folder, "feed");

    /// <summary>Path of a package.</summary>
    /// <param name="name">The project's.</param>
    /// <param name="kind">nupkg, or snupkg.</param>
    public string Package(string name, string kind) => Assert.Single(Directory.GetFiles(Feed, $"AioV2.{name}.*.{kind}"));

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        var root = typeof(LocalFeed).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "Root").Value!;
        await Dotnet.RunAsync(
            root, null, "msbuild", "tests/Packages.Tests/Packages.targets", "-v:quiet", "-nologo",
            "-p:Configuration=Release", $"-p:PackageOutputPath={Feed}", $"-p:ArtifactsPath={Folder}/artifacts", "-p:RunAnalyzers=false");
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }
}
