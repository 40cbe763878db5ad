using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Abi.Ring;
using AioV2.Kernel.Engines.Simulated;
using AioV2.Kernel.Linux;

namespace AioV2.Kernel.Tests.Races;

/// <summary>A schedule that a process makes up to a point that its seed chooses, and then leaves with the rest in flight. Its ring
/// and its file are the test's, so that what it has done can be seen when it is gone.</summary>
public sealed unsafe partial class LeaveProgram : IDisposable
{
    public const int Requests = 60, BlockBytes = 512, RingBytes = 4096, CodeAfterExec = 42;

    private const string Verb = "leave";

    private readonly EmbeddedKernel _kernel;

    /// <summary>Makes the schedule: submits, and so many steps.</summary>
    public LeaveProgram(int seed, int ring, int file)
    {
        var dice = new Random(seed);
        _kernel = EmbeddedKernel.Create(new KernelOptions
        {
            Engine = EngineKind.Simulated,
            Simulation = new SimulationOptions { Seed = (ulong)seed, Driven = true, ShortTransfers = 0.3, InputOutputErrors = 0.05, Interruptions = 0.1 },
        });
        Params = new Aio2Params { RingBytes = RingBytes, NrReqs = Requests, RingFd = ring };
        var parameters = Params;
        Require(_kernel.Setup(Aio2.Version, Aio2Setup.UserReap | Aio2Setup.RingFd, &parameters, (nuint)sizeof(Aio2Params)), 0);
        Params = parameters;
        var data = (byte*)NativeMemory.Alloc(Requests * BlockBytes);
        var iocbs = stackalloc Iocb2[Requests];
        for (var i = 0; i < Requests; i++)
        {
            var block = data + (i * BlockBytes);
            new Span<byte>(block, BlockBytes).Fill((byte)(i + 1));
            iocbs[i] = dice.Next(3) == 0
                ? Harness.Read(file, block, BlockBytes, i * BlockBytes, (ulong)i)
                : Harness.Write(file, block, BlockBytes, i * BlockBytes, (ulong)i);
        }

        Require(_kernel.Submit(Params.Ctx, iocbs, Requests * Iocb2.SizeOf, null), Requests * Iocb2.SizeOf);
        for (var steps = dice.Next(Requests + 40); steps > 0 && _kernel.Simulation!.Step(); steps--)
        {
        }
    }

    /// <summary>The ways out.</summary>
    public enum Way
    {
        /// <summary>exit(3), with all that the runtime and libraries have registered for it.</summary>
        Exit,

        /// <summary>_exit(2).</summary>
        ExitNow,

        /// <summary>SIGKILL.</summary>
        Kill,

        /// <summary>execve(2).</summary>
        Exec,
    }

    public Aio2Params Params { get; }

    /// <summary>Requests that have not ended.</summary>
    public int InFlight => _kernel.Simulation!.Unfinished;

    /// <summary>The command that does all this in a process of its own.</summary>
    public static (string Command, string[] Arguments) Command(int seed, Way way, int ring, int file) =>
        (Path.Combine(AppContext.BaseDirectory, "AioV2.Kernel.Tests"), [Verb, $"{seed}", $"{way}", PathOf(ring), PathOf(file)]);

    /// <summary>The events between head and tail of a ring that nobody writes any more.</summary>
    public static List<(ulong UserData, long Res)> Events(byte* map, ulong mapBytes)
    {
        var events = new List<(ulong, long)>();
        var reaper = RingView.Reaper((ulong)map, mapBytes);
        var buffer = new byte[Aio2.EventMax];
        while (reaper.TryRead(buffer, out var bytes) == RingStatus.Event)
        {
            events.AddRange(Event.Split(buffer.AsSpan(0, bytes)).Select(e => (e.UserData, e.Res)));
        }

        return events;
    }

    public void Dispose() => _kernel.Dispose();

    private static string PathOf(int fd) => $"/proc/{Environment.ProcessId}/fd/{fd}";

    private static void Leave(Way way)
    {
        switch (way)
        {
            case Way.Exit:
                exit(0);
                break;
            case Way.ExitNow:
                _exit(0);
                break;
            case Way.Kill:
                System.Diagnostics.Process.GetCurrentProcess().Kill();
                break;
            default:
                string[] arguments = ["sh", "-c", $"ls -l /proc/self/fd; ls /proc/$$/task | wc -l; exit {CodeAfterExec}"];
                var vector = stackalloc nint[arguments.Length + 1];
                for (var i = 0; i < arguments.Length; i++)
                {
                    vector[i] = Marshal.StringToCoTaskMemUTF8(arguments[i]);
                }

                vector[arguments.Length] = 0;
                _ = execv("/bin/sh", vector);
                break;
        }

        _exit(9);
    }

    private static void Require(long said, long wanted)
    {
        if (said != wanted)
        {
            Console.Error.WriteLine($"{said}, not {wanted}");
            _exit(8);
        }
    }

    [LibraryImport("libc")]
    private static partial void exit(int code);

    [LibraryImport("libc")]
    private static partial void _exit(int code);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int execv(string path, nint* arguments);

    // Lets this program be the one that leaves.
#pragma warning disable CA2255 // A test program has no Main of its own to put this in.
    [ModuleInitializer]
    internal static void RunIfAsked()
#pragma warning restore CA2255
    {
        var args = Environment.GetCommandLineArgs();
        if (args.Length == 6 && args[1] == Verb)
        {
            var ring = Libc.Open(args[4], Libc.O_RDWR | Libc.O_CLOEXEC);
            var file = Libc.Open(args[5], Libc.O_RDWR | Libc.O_CLOEXEC);
            _ = new LeaveProgram(int.Parse(args[2], System.Globalization.CultureInfo.InvariantCulture), ring, file);
            Leave(Enum.Parse<Way>(args[3]));
        }
    }
}
