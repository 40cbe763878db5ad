using System.Globalization;
using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Kernel.Linux;

namespace AioV2.Kernel.Tests.Checkpoint;

/// <summary>An example of checkpoint and restore (LIST-1, SETUP-2): reads in flight on a FIFO are taken down by one process and
/// go on in another, in a context of the same id, with a ring at another address.</summary>
/// <remarks>
/// <para>What a checkpointer of processes does for it, it does itself: the buffers stand in a file that both map at one address,
/// and the FIFO has one descriptor number in both. The folder holds: <c>fifo</c>, <c>memory</c>, <c>image</c>.</para>
/// <para>How nothing is lost and nothing done twice: first everything is told to cancel, and the list is read until all of it
/// is DONE. From then on nothing can change. What ended with -ECANCELED has moved nothing and is submitted again; every
/// other result is the program's, from the list or, after destroy, from what the ring still holds.</para></remarks>
internal sealed unsafe class CheckpointProgram(string folder, EngineKind engine)
{
    /// <summary>Reads in all, of one number of two bytes each.</summary>
    public const int Reads = 300;

    /// <summary>Of which so many are left in flight when the image is taken.</summary>
    public const int Left = 50;

    private const uint Id = 4711;
    private const int Fd = 700;
    private const ulong BuffersAt = 0x7e0000000000;

    private string Image => Path.Combine(folder, "image");

    public int Save()
    {
        using var kernel = Start(out var parameters);
        var iocbs = Enumerable.Range(0, Reads).Select(i => Harness.Read(Fd, (void*)(BuffersAt + ((ulong)i * 2)), 2, -1, (ulong)i)).ToArray();
        Submit(kernel, iocbs);
        while (List(kernel).Count(r => r.Head.State != Aio2RequestState.Done) != Left)
        {
            Thread.Yield();
        }

        var inFlight = List(kernel).ToDictionary(r => r.Iocb.UserData, r => r.Iocb);
        _ = kernel.Cancel(Id, Fd, Aio2Cancel.All | Aio2Cancel.Fd);
        List<(Aio2Request Head, Iocb2 Iocb)> listed;
        while ((listed = List(kernel)).Any(r => r.Head.State != Aio2RequestState.Done))
        {
            Thread.Yield();
        }

        var results = listed.Select(r => (r.Iocb.UserData, r.Head.Res)).ToList();
        Require(kernel.Destroy(Id) == 0, "io_destroy2");
        var ring = new RingReader(parameters);
        results.AddRange(ring.Rest());
        using var image = new StreamWriter(Image);
        image.WriteLine(parameters.RingAddr);
        foreach (var (userData, res) in results)
        {
            image.WriteLine(res == -Errno.ECANCELED ? $"again {Hex(inFlight[userData])}" : $"done {userData} {res}");
        }

        return 0;
    }

    public int Restore()
    {
        var lines = File.ReadAllLines(Image);
        var oldRing = ulong.Parse(lines[0], CultureInfo.InvariantCulture);

        // Where the ring was is something else now.
        _ = Libc.Mmap((void*)oldRing, 4096, Libc.PROT_READ, Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS | Libc.MAP_FIXED_NOREPLACE, -1, 0);
        using var kernel = Start(out var parameters);
        Require(parameters.RingAddr != oldRing, "the ring must be elsewhere");
        var again = lines[1..].Where(l => l.StartsWith("again ", StringComparison.Ordinal)).Select(l => MemoryMarshal.Read<Iocb2>(Convert.FromHexString(l[6..]))).ToArray();
        Submit(kernel, again);
        var results = lines[1..].Where(l => l.StartsWith("done ", StringComparison.Ordinal)).ToList();
        var buffer = stackalloc byte[4096];
        for (var missing = again.Length; missing > 0;)
        {
            var got = kernel.GetEvents(Id, buffer, 4096, IoEvent2.SizeOf, null, 0);
            Require(got > 0, $"io_getevents2 said {got}");
            foreach (var e in Event.Split(new ReadOnlySpan<byte>(buffer, (int)got)))
            {
                results.Add($"done {e.UserData} {e.Res}");
                missing--;
            }
        }

        File.WriteAllLines(Image, results);
        Require(kernel.Destroy(Id) == 0, "io_destroy2");
        return 0;
    }

    // The same buffers, the same descriptor, the same id.
    private EmbeddedKernel Start(out Aio2Params parameters)
    {
        var memory = Libc.Open(Path.Combine(folder, "memory"), Libc.O_RDWR | Libc.O_CLOEXEC);
        var mapped = Libc.Mmap((void*)BuffersAt, 4096, Libc.PROT_READ | Libc.PROT_WRITE, Libc.MAP_SHARED | Libc.MAP_FIXED_NOREPLACE, memory, 0);
        Require((ulong)mapped == BuffersAt, "the buffers' address is taken");
        var fifo = Libc.Open(Path.Combine(folder, "fifo"), Libc.O_RDWR | Libc.O_CLOEXEC);
        Require(fifo >= 0 && Libc.Dup(fifo, Fd) == Fd, "the descriptor's number is taken");
        var kernel = EmbeddedKernel.Create(new KernelOptions { Engine = engine });
        var wanted = new Aio2Params { Ctx = Id, NrReqs = Reads, RingBytes = 4096 };
        var result = kernel.Setup(Aio2.Version, Aio2Setup.UserReap | Aio2Setup.At, &wanted, (nuint)sizeof(Aio2Params));
        Require(result == 0 && wanted.Ctx == Id, $"io_setup2 said {result}");
        parameters = wanted;
        return kernel;
    }

    private static void Submit(EmbeddedKernel kernel, Iocb2[] iocbs)
    {
        fixed (Iocb2* p = iocbs)
        {
            Require(kernel.Submit(Id, p, (nuint)(iocbs.Length * Iocb2.SizeOf), null) == iocbs.Length * Iocb2.SizeOf, "io_submit2");
        }
    }

    private static List<(Aio2Request Head, Iocb2 Iocb)> List(EmbeddedKernel kernel)
    {
        var list = new List<(Aio2Request, Iocb2)>();
        var buffer = stackalloc byte[4096];
        ulong cursor = 0;
        do
        {
            var got = kernel.List(Id, &cursor, buffer, 4096);
            Require(got >= 0, $"io_list2 said {got}");
            for (var at = 0; at < got; at += (int)((Aio2Request*)(buffer + at))->Bytes)
            {
                list.Add((*(Aio2Request*)(buffer + at), *(Iocb2*)(buffer + at + Aio2Request.SizeOf)));
            }
        }
        while (cursor != 0);
        return list;
    }

    private static string Hex(Iocb2 iocb) => Convert.ToHexString(MemoryMarshal.AsBytes(new ReadOnlySpan<Iocb2>(in iocb)));

    private static void Require(bool condition, string what)
    {
        if (!condition)
        {
            Console.Error.WriteLine(what);
            Environment.Exit(1);
        }
    }

    // What the ring holds once nobody writes it any more: a kernel-made mapping stays (DESTROY-1).
    private readonly struct RingReader(Aio2Params parameters)
    {
        public List<(ulong UserData, long Res)> Rest()
        {
            var ring = (byte*)parameters.RingAddr;
            var head = ((Aio2RingUser*)(ring + parameters.UserOffset))->Head;
            var tail = ((Aio2Ring*)ring)->Tail;
            var events = new List<(ulong, long)>();
            while (head != tail)
            {
                var e = (IoEvent2*)(ring + parameters.DataOffset + (head & (parameters.RingBytes - 1)));
                if ((e->Flags & Aio2EventFlags.Pad) == 0)
                {
                    events.Add((e->UserData, e->Res));
                }

                head += e->Bytes;
            }

            return events;
        }
    }
}
