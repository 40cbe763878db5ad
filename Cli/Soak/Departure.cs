using System.Globalization;
using System.Runtime.InteropServices;

namespace AioV2.Cli.Soak;

/// <summary>Ends a process of a soak in the midst of an episode, and looks whether the one after it inherited anything.</summary>
internal static unsafe class Departure
{
    /// <summary>Leaves; the journal says so first. For exec the command line is the one that starts the rest of the soak.</summary>
    public static void Leave(SoakJournal journal, WayOut way, IReadOnlyList<string> self)
    {
        Volatile.Write(ref journal.Leaving, (long)way);
        _ = Interlocked.Increment(ref journal.Count(way == WayOut.Exec ? SoakCount.LeftByExec : SoakCount.LeftByExit));
        switch (way)
        {
            case WayOut.Exit:
                Linux.Exit(0);
                break;
            case WayOut.ExitNow:
                Linux.ExitNow(0);
                break;
            case WayOut.Kill:
                _ = Linux.Kill(Environment.ProcessId, Linux.SigKill);
                break;
            default:
                var arguments = stackalloc nint[self.Count + 1];
                for (var i = 0; i < self.Count; i++)
                {
                    arguments[i] = Marshal.StringToCoTaskMemUTF8(self[i]);
                }

                arguments[self.Count] = 0;
                var error = Linux.Exec(self[0], arguments);
                journal.Report(string.Create(CultureInfo.InvariantCulture, $"exec said {error}"));
                break;
        }
    }

    /// <summary>The exit code of a process that has left this way, or -1: who calls exec does not end by that.</summary>
    public static int CodeOf(WayOut way) => way switch
    {
        WayOut.Kill => 128 + Linux.SigKill,
        WayOut.Exit or WayOut.ExitNow => ExitCode.Success,
        _ => -1,
    };

    /// <summary>A descriptor that came through exec although it was a soak's or its kernel's, or null. The journal is open anew.</summary>
    public static string? Inherited()
    {
        foreach (var link in Directory.EnumerateFileSystemEntries("/proc/self/fd"))
        {
            var target = new FileInfo(link).LinkTarget ?? "";
            if ((target.Contains("memfd:aio2", StringComparison.Ordinal) && !target.Contains("memfd:aio2-soak ", StringComparison.Ordinal)) || target.Contains("io_uring", StringComparison.Ordinal))
            {
                return $"descriptor {Path.GetFileName(link)} came through exec: {target}";
            }
        }

        return null;
    }
}
