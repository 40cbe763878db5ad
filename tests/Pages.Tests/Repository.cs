namespace AioV2.Pages.Tests;

/// <summary>Where the tests find what they are about.</summary>
internal static class Repository
{
    /// <summary>The folder that the solution stands in.</summary>
    public static string Root { get; } = Find();

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "AioV2.sln")))
        {
            folder = folder.Parent;
        }

        return folder.FullName;
    }
}
