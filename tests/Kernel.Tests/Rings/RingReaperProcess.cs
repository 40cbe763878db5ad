using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using AioV2.Kernel.Linux;

namespace AioV2.Kernel.Tests.Rings;

/// <summary>A process of <c>tests/c/ring_reaper.c</c>, which gets a ring's file over a Unix socket and reaps from it.</summary>
internal sealed unsafe partial class RingReaperProcess : IDisposable
{
    private const int LogEntries = 8192, HeadWords = 8;

    private static readonly Lazy<string> Program = new(Build);

    private readonly MemoryFile _journal = new(((HeadWords + LogEntries) * sizeof(ulong)) + Environment.SystemPageSize, seals: 0);
    private readonly ulong* _words;
    private readonly Process _process;

    public RingReaperProcess(int ring)
    {
        _words = (ulong*)_journal.Map();
        var path = Path.Combine(Path.GetTempPath(), $"aio2-{Guid.NewGuid():N}");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        _process = Process.Start(new ProcessStartInfo(Program.Value, [path]))!;
        Assert.True(listener.Poll(TimeSpan.FromSeconds(Harness.Patience), SelectMode.SelectRead), "the reaper does not call");
        using var connection = listener.Accept();
        Send((int)connection.Handle, ring, _journal.Fd);
        File.Delete(path);
    }

    /// <summary>Events that it has taken and counted.</summary>
    public int Count => (int)Volatile.Read(ref _words[0]);

    /// <summary>Their user_data.</summary>
    public ulong[] Taken => new ReadOnlySpan<ulong>(_words + HeadWords, Count).ToArray();

    /// <summary>Where head would be after the event that it was about to take, or 0.</summary>
    public ulong IntentNext => Volatile.Read(ref _words[1]);

    /// <summary>The user_data of that event.</summary>
    public ulong Intent => _words[HeadWords + Count];

    /// <summary>Whether the ring made no sense to it.</summary>
    public bool IsConfused => Volatile.Read(ref _words[2]) != 0;

    /// <summary>SIGKILL, and its end.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>Its exit code, once it has ended by itself.</summary>
    public int AwaitExit()
    {
        Assert.True(_process.WaitForExit(TimeSpan.FromSeconds(Harness.Patience)), "the reaper does not end");
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Kill();
        }

        _process.Dispose();
        _ = Libc.Munmap(_words, (nuint)_journal.Bytes);
        _journal.Dispose();
    }

    private static void Send(int socket, int ring, int journal)
    {
        const int SolSocket = 1, ScmRights = 1, ControlBytes = 24;
        byte one = 1;
        var data = new Iovec { Base = (ulong)&one, Bytes = 1 };
        var control = stackalloc byte[ControlBytes];
        *(nuint*)control = ControlBytes;
        ((int*)control)[2] = SolSocket;
        ((int*)control)[3] = ScmRights;
        ((int*)control)[4] = ring;
        ((int*)control)[5] = journal;

        // struct msghdr: name, its length, iov, its length, control, its length, flags.
        var message = stackalloc ulong[7] { 0, 0, (ulong)&data, 1, (ulong)control, ControlBytes, 0 };
        Assert.Equal(1, sendmsg(socket, message, 0));
    }

    private static string Build()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "AioV2.sln")))
        {
            root = root.Parent ?? throw new InvalidOperationException("AioV2.sln is in no folder above the tests");
        }

        var folder = Directory.CreateDirectory(Path.Combine(root.FullName, "artifacts", "c")).FullName;
        var output = Path.Combine(folder, $"ring_reaper.{Environment.ProcessId}");
        string[] arguments =
        [
            "-O2", "-Wall", "-Wextra", "-Werror", "-I", Path.Combine(root.FullName, "Spec", "include"),
            Path.Combine(root.FullName, "tests", "c", "ring_reaper.c"), "-o", output,
        ];
        using var compiler = Process.Start(new ProcessStartInfo("gcc", arguments) { RedirectStandardError = true })!;
        var errors = compiler.StandardError.ReadToEnd();
        compiler.WaitForExit();
        Assert.True(compiler.ExitCode == 0, errors);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => File.Delete(output);
        return output;
    }

    [LibraryImport("libc")]
    private static partial nint sendmsg(int socket, ulong* message, int flags);
}
