namespace AioV2.Kernel.Tests;

/// <summary>The threads that kernels of this process have started, by the names they give them. For tests that run alone.</summary>
internal static class EngineThreads
{
    /// <summary>Number and name of each: one that is ending may be among them, since the runtime calls a thread ended before the
    /// system does.</summary>
    public static List<(int Thread, string Name)> Now() =>
    [
        .. Directory.GetDirectories("/proc/self/task").Select(task => (int.Parse(Path.GetFileName(task)), NameOf(task)))
            .Where(t => t.Item2.StartsWith("aio2-", StringComparison.Ordinal)),
    ];

    /// <summary>Those that have come since.</summary>
    public static IEnumerable<(int Thread, string Name)> Since(List<(int Thread, string Name)> before) => Now().Except(before);

    private static string NameOf(string task)
    {
        try
        {
            return File.ReadAllText(Path.Combine(task, "comm")).Trim();
        }
        catch (IOException)
        {
            // It has ended.
            return "";
        }
    }
}
