using System.Diagnostics;

namespace AioV2.Bench.Peers;

/// <summary>A C peer: one source file of <c>bench/peers</c> and the library that it needs.</summary>
/// <param name="Name">Its source without <c>.c</c>.</param>
/// <param name="Link">What the linker is told.</param>
/// <param name="Package">The Debian package that brings the library.</param>
public sealed record PeerProgram(string Name, string Link, string Package)
{
    /// <summary>Raw io_uring.</summary>
    public static readonly PeerProgram Uring = new("uring", "-luring", "liburing-dev");

    /// <summary>The AIO that Linux has.</summary>
    public static readonly PeerProgram Libaio = new("libaio", "-laio", "libaio-dev");

    /// <summary>preadv in a loop and on a pool.</summary>
    public static readonly PeerProgram Preadv = new("preadv", "-pthread", "libc6-dev");

    /// <summary>What a kernel in user space does for hot reads, in C.</summary>
    public static readonly PeerProgram Records = new("records", "-pthread", "libc6-dev");

    /// <summary>A ring between two threads.</summary>
    public static readonly PeerProgram Spsc = new("spsc", "-pthread", "libc6-dev");

    /// <summary>Decoding an event in C.</summary>
    public static readonly PeerProgram Decode = new("decode", "", "libc6-dev");

    /// <summary>ISA-L's CRCs.</summary>
    public static readonly PeerProgram Isal = new("isal", "-lisal", "libisal-dev");

    /// <summary>Not a peer but ourselves: calls from C into libaio2.so.</summary>
    public static readonly PeerProgram Native = new("native", "-ldl", "libc6-dev");

    /// <summary>All of them.</summary>
    public static IReadOnlyList<PeerProgram> All { get; } = [Uring, Libaio, Preadv, Records, Spsc, Decode, Isal, Native];

    /// <summary>Compiles the peer if its source is newer than what was compiled; returns the program's path.</summary>
    /// <exception cref="Harness.PeerMissingException">No sources, no compiler, or no library.</exception>
    public string Build()
    {
        var root = RepositoryRoot.Find() ?? throw new Harness.PeerMissingException("the sources in bench/peers are not here");
        return Build(Path.Combine(root, "bench", "peers"), Path.Combine(root, "artifacts", "bench-peers"));
    }

    internal string Build(string sources, string folder)
    {
        string source = Path.Combine(sources, Name + ".c"), program = Path.Combine(folder, Name);
        var newest = new[] { source, Path.Combine(sources, "peer.h") }.Max(File.GetLastWriteTimeUtc);
        if (!File.Exists(program) || File.GetLastWriteTimeUtc(program) < newest)
        {
            Directory.CreateDirectory(folder);
            Compile(source, program);
        }
        return program;
    }

    private void Compile(string source, string program)
    {
        // Compiled beside its place, under a name that no other bench or thread has, and then moved there: nobody runs half a program.
        var fresh = $"{program}.{Guid.NewGuid():n}";
        var start = new ProcessStartInfo("cc") { RedirectStandardError = true };
        string[] arguments = ["-O2", "-std=gnu11", "-Wall", "-Wextra", "-o", fresh, source];
        foreach (var argument in Link.Length == 0 ? arguments : [.. arguments, Link])
        {
            start.ArgumentList.Add(argument);
        }
        try
        {
            using var compiler = Process.Start(start)!;
            var errors = compiler.StandardError.ReadToEnd();
            compiler.WaitForExit();
            if (compiler.ExitCode != 0)
            {
                throw new Harness.PeerMissingException($"{Name}.c does not compile (install {Package}?): {errors.Split('\n')[0]}");
            }
            File.Move(fresh, program, overwrite: true);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new Harness.PeerMissingException($"no C compiler: {e.Message}");
        }
    }
}
