namespace AioV2.Bench.Peers;

/// <summary>Where the C peers' sources are: the clone that this program was built in.</summary>
internal static class RepositoryRoot
{
    /// <summary>The folder that holds <c>AioV2.sln</c>, looked for upwards from the program and from the current directory; null outside of a clone.</summary>
    public static string? Find() => Above(AppContext.BaseDirectory) ?? Above(Environment.CurrentDirectory);

    private static string? Above(string start)
    {
        for (var at = new DirectoryInfo(start); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "AioV2.sln")))
            {
                return at.FullName;
            }
        }
        return null;
    }
}
