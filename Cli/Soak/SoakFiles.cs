namespace AioV2.Cli.Soak;

/// <summary>The descriptors of a soak, at high numbers that neither the kernel's dups nor the runtime reach.</summary>
/// <remarks>Each stands at <c>Slot</c>, where it is attacked, and at <c>Spare</c>, where it is kept. A number is never free for
/// a moment: dup3 puts another file there, so that no reuse hits what the process itself needs.</remarks>
internal sealed unsafe class SoakFiles : IDisposable
{
    public const int Kinds = 13;
    public const int Alpha = 0, Beta = 1, Scratch = 2, Disk = 3, PipeOut = 4, PipeIn = 5, Null = 6, Directory = 7, Zero = 8, WriteOnly = 9, SocketA = 10, SocketB = 11, Listener = 12;
    public const int FileBytes = 65536;

    private const int SlotBase = 700, SpareBase = 800;

    private static readonly string[] Names = ["alpha", "beta", "scratch", "disk", "pipe's end", "pipe's start", "null", "directory", "zero", "write-only", "socket a", "socket b", "listener"];

    private readonly List<int> _own = [];

    public SoakFiles()
    {
        Put(Alpha, Filled('A'));
        Put(Beta, Filled('B'));
        Put(Scratch, Memory());
        Put(Disk, Keep(Linux.Open(Path.GetTempPath(), Linux.OpenReadWrite | Linux.OpenCloexec | TemporaryFile, 0x180)));
        var ends = stackalloc int[2];
        _ = Linux.Require(Linux.Pipe(ends, Linux.OpenCloexec));
        Put(PipeOut, Keep(ends[0]));
        Put(PipeIn, Keep(ends[1]));
        Put(Null, Keep(Linux.Open("/dev/null", Linux.OpenReadWrite | Linux.OpenCloexec, 0)));
        Put(Directory, Keep(Linux.Open("/", Linux.OpenCloexec, 0)));
        Put(Zero, Keep(Linux.Open("/dev/zero", Linux.OpenCloexec, 0)));
        Put(WriteOnly, Keep(Linux.Open("/dev/null", 1 | Linux.OpenCloexec, 0)));
        _ = Linux.Require(Linux.Socketpair(Linux.UnixFamily, Linux.SocketStream | Linux.OpenCloexec, 0, ends));
        Put(SocketA, Keep(ends[0]));
        Put(SocketB, Keep(ends[1]));
        Put(Listener, Listening());
        Eventfd = Keep(Linux.Require(Linux.Fcntl(Keep(Linux.Eventfd(0, Linux.OpenCloexec)), Linux.DupAbove, SpareBase + 50)));
    }

    /// <summary>The context's eventfd: blocking, as its owner made it.</summary>
    public int Eventfd { get; }

    private static int TemporaryFile =>
        System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture is System.Runtime.InteropServices.Architecture.Arm64 ? 0x404000 : 0x410000;

    public static int Slot(int kind) => SlotBase + kind;

    public static int Spare(int kind) => SpareBase + kind;

    /// <summary>The file that first stood at a number, or the number.</summary>
    public static string NameOf(int fd) => fd is >= SlotBase and < SlotBase + Kinds ? Names[fd - SlotBase]
        : fd is >= SpareBase and < SpareBase + Kinds ? Names[fd - SpareBase] : fd.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Puts a file at another's number.</summary>
    public static void Reuse(int slot, int kind) => _ = Linux.Dup3(Spare(kind), Slot(slot), Linux.OpenCloexec);

    /// <summary>Puts each file back at its own number; the files that are written start anew.</summary>
    public void Reset()
    {
        for (var kind = 0; kind < Kinds; kind++)
        {
            Reuse(kind, kind);
        }

        foreach (var kind in (int[])[Scratch, Disk])
        {
            _ = Linux.Truncate(Spare(kind), 0);
            _ = Linux.Truncate(Spare(kind), FileBytes);
        }

        EmptyEventfd();
    }

    /// <summary>Feeds or empties the pipe, never waiting: bytes moved.</summary>
    public static nint Pump(byte* buffer, int bytes, bool feed)
    {
        var vector = new Linux.Vector { Base = buffer, Bytes = (nuint)bytes };
        return feed ? Linux.Pwritev2(Spare(PipeIn), &vector, 1, -1, Linux.RwfNowait) : Linux.Preadv2(Spare(PipeOut), &vector, 1, -1, Linux.RwfNowait);
    }

    /// <summary>Takes what the counter holds; only one thread of the soak reads it.</summary>
    public void EmptyEventfd()
    {
        ulong count;
        while (Linux.IsReady(Eventfd, Linux.PollIn))
        {
            _ = Linux.Read(Eventfd, &count, sizeof(ulong));
        }
    }

    public void Dispose()
    {
        foreach (var fd in _own)
        {
            _ = Linux.Close(fd);
        }

        for (var kind = 0; kind < Kinds; kind++)
        {
            _ = Linux.Close(Slot(kind));
            _ = Linux.Close(Spare(kind));
        }
    }

    private int Keep(int fd)
    {
        _own.Add(Linux.Require(fd));
        return fd;
    }

    // Nobody ever connects to it; its name is the system's choice.
    private int Listening()
    {
        var fd = Keep(Linux.Require(Linux.Socket(Linux.UnixFamily, Linux.SocketStream | Linux.OpenCloexec, 0)));
        ushort family = Linux.UnixFamily;
        _ = Linux.Require(Linux.Bind(fd, &family, sizeof(ushort)));
        _ = Linux.Require(Linux.Listen(fd, 8));
        return fd;
    }

    private int Memory()
    {
        var fd = Keep(Linux.Memfd("aio2-soak-file", Linux.MemfdCloexec));
        _ = Linux.Truncate(fd, FileBytes);
        return fd;
    }

    private int Filled(char content)
    {
        var fd = Memory();
        var bytes = stackalloc byte[4096];
        new Span<byte>(bytes, 4096).Fill((byte)content);
        for (var i = 0; i < FileBytes / 4096; i++)
        {
            _ = Linux.Write(fd, bytes, 4096);
        }

        return Keep(Linux.Open($"/proc/self/fd/{fd}", Linux.OpenCloexec, 0));
    }

    private static void Put(int kind, int fd)
    {
        _ = Linux.Require(Linux.Dup3(fd, Spare(kind), Linux.OpenCloexec));
        _ = Linux.Require(Linux.Dup3(fd, Slot(kind), Linux.OpenCloexec));
    }
}
