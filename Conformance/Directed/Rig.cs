using System.Diagnostics;
using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Abi.Calls;
using AioV2.Conformance.Calls;
using AioV2.Conformance.World;

namespace AioV2.Conformance.Directed;

/// <summary>What a directed check works with: the implementation, the world, and short ways to say what it does.</summary>
public sealed unsafe class Rig : IDisposable
{
    /// <summary>The longest that a check waits for something that must happen, unless the judge says otherwise.</summary>
    public const int UsualPatienceSeconds = 10;

    /// <summary>The longest that a check waits for something that must happen.</summary>
    public static int PatienceSeconds { get; internal set; } = UsualPatienceSeconds;

    private readonly List<RigContext> _contexts = [];

    internal Rig(IAio2 aio, TestWorld world, bool isLibrary) => (Aio, World, IsLibrary) = (aio, world, isLibrary);

    /// <summary>Whether the calls are those of a shared library, and the caller so a C caller.</summary>
    public bool IsLibrary { get; }

    /// <summary>The implementation.</summary>
    public IAio2 Aio { get; }

    /// <summary>Pipes, files and memory.</summary>
    public TestWorld World { get; }

    /// <summary>Memory for data.</summary>
    public static byte* Data => (byte*)WorldLayout.Data;

    /// <summary>Fails the check unless a condition holds.</summary>
    public static void Require(string requirement, bool holds, string message)
    {
        if (!holds)
        {
            throw new DirectedFailureException(requirement, message);
        }
    }

    /// <summary>Fails the check unless a call answered what it must.</summary>
    public static void Expect(string requirement, long wanted, long answered, string call)
    {
        if (wanted != answered)
        {
            throw new DirectedFailureException(requirement, $"{call} gave {answered}, not {wanted}");
        }
    }

    /// <summary>What PROBE_KERNEL tells.</summary>
    public Aio2ProbeKernel Kernel()
    {
        Aio2ProbeKernel kernel;
        long bytes = Aio.Probe(Aio2Probe.Kernel, &kernel, (nuint)sizeof(Aio2ProbeKernel));
        Require("PROBE-1", bytes >= Aio2ProbeKernel.FirstSizeOf, $"PROBE_KERNEL gave {bytes}");
        return kernel;
    }

    /// <summary>Leaves the check unless a feature is offered.</summary>
    public void NeedsFeature(ulong feature)
    {
        if ((Kernel().Features & feature) != feature)
        {
            throw new NotOfferedException($"feature {Aio2Feat.NameOf(feature) ?? $"0x{feature:x}"}");
        }
    }

    /// <summary>Leaves the check unless an operation is listed.</summary>
    public void NeedsOp(ushort opcode)
    {
        byte* buffer = stackalloc byte[8192];
        long bytes = Aio.Probe(Aio2Probe.Ops, buffer, 8192);
        for (long at = 0; at < bytes; at += *(uint*)(buffer + at))
        {
            if (((Aio2ProbeOp*)(buffer + at))->Opcode == opcode)
            {
                return;
            }
        }

        throw new NotOfferedException($"operation {Aio2Op.NameOf(opcode)}");
    }

    /// <summary>Leaves the check unless a setup flag is accepted.</summary>
    public void NeedsSetup(uint flags)
    {
        if ((Kernel().SetupFlags & flags) != flags)
        {
            throw new NotOfferedException($"setup flags 0x{flags:x}");
        }
    }

    /// <summary>Makes a context that is destroyed with the rig.</summary>
    public RigContext Context(uint flags = 0, uint nrReqs = 0, uint ringBytes = 0, int eventfd = 0)
    {
        return Context(flags, new Aio2Params { NrReqs = nrReqs, RingBytes = ringBytes, Eventfd = eventfd });
    }

    /// <summary>Makes a context by params of the check's own.</summary>
    public RigContext Context(uint flags, Aio2Params p)
    {
        long result = Aio.Setup(Aio2.Version, flags, &p, (nuint)sizeof(Aio2Params));
        Expect("SETUP-3", 0, result, "io_setup2");
        var context = new RigContext(this, p, flags);
        _contexts.Add(context);
        return context;
    }

    /// <summary>Makes a context that the check destroys itself; returns its id.</summary>
    public uint Made()
    {
        var p = default(Aio2Params);
        Expect("SETUP-3", 0, Setup(0, ref p), "io_setup2");
        return p.Ctx;
    }

    /// <summary>A setup whose answer is looked at; params come back changed or not.</summary>
    public long Setup(uint flags, ref Aio2Params p, uint version = Aio2.Version)
    {
        var copy = p;
        long result = Aio.Setup(version, flags, &copy, (nuint)sizeof(Aio2Params));
        p = copy;
        return result;
    }

    /// <summary>An iocb of one operation.</summary>
    public static Iocb2 Iocb(ushort opcode, ulong userData, int fd = 0, ulong addr = 0, ulong len = 0, long offset = 0) =>
        new() { Opcode = opcode, UserData = userData, Fd = fd, Addr = addr, Len = len, Offset = offset };

    /// <summary>Waits until something holds, without using a processor all the time.</summary>
    public static bool Eventually(Func<bool> holds)
    {
        long start = Stopwatch.GetTimestamp();
        while (!holds())
        {
            if (Stopwatch.GetElapsedTime(start).TotalSeconds > PatienceSeconds)
            {
                return false;
            }

            Thread.Sleep(1);
        }

        return true;
    }

    /// <summary>The count of an eventfd, taken; 0 where it is not readable.</summary>
    public static ulong TakeEventfd(int fd)
    {
        ulong count;
        return Libc.Read(fd, &count, 8) == 8 ? count : 0;
    }

    /// <summary>The events in bytes, each as its record.</summary>
    public static List<byte[]> Split(ReadOnlySpan<byte> bytes)
    {
        var records = new List<byte[]>();
        while (bytes.Length > 0)
        {
            uint length = bytes.Length < IoEvent2.SizeOf ? 0 : MemoryMarshal.Read<uint>(bytes);
            Require("GET-1", length >= IoEvent2.SizeOf && length <= bytes.Length, $"{bytes.Length} bytes are no whole events");
            records.Add(bytes[..(int)length].ToArray());
            bytes = bytes[(int)length..];
        }

        return records;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var context in _contexts)
        {
            context.Dispose();
        }
    }
}
