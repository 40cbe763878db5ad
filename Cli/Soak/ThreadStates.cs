using System.Globalization;
using System.Text;

namespace AioV2.Cli.Soak;

/// <summary>What each thread of a process waits for, as far as the system tells: a line each, and its stack in the kernel where that may be read.</summary>
internal static class ThreadStates
{
    private const int FramesTold = 6;

    public static string Of(int process)
    {
        var text = new StringBuilder();
        foreach (var task in Directory.EnumerateDirectories($"/proc/{process}/task"))
        {
            var frames = Read(task, "stack").Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Take(FramesTold)
                .Select(frame => frame[(frame.IndexOf(']', StringComparison.Ordinal) + 1)..].Trim());
            text.AppendLine(CultureInfo.InvariantCulture,
                $"  thread {Path.GetFileName(task)} {Read(task, "comm")}: {Read(task, "wchan")}, call {Read(task, "syscall")}, stack {string.Join(" < ", frames)}");
        }

        return text.ToString();
    }

    private static string Read(string task, string name)
    {
        try
        {
            return File.ReadAllText(Path.Combine(task, name)).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "?";
        }
    }
}
