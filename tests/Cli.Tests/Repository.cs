namespace AioV2.Cli.Tests;

/// <summary>Where the sources are.</summary>
internal static class Repository
{
    /// <summary>The folder with <c>AioV2.sln</c>, above the build.</summary>
    public static string Root { get; } = Find();

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "AioV2.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("AioV2.sln is nowhere above");
        }

        return folder.FullName;
    }
}
