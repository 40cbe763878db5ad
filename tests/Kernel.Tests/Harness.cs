using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Abi.Ring;
using AioV2.Kernel.Linux;
using AioV2.Kernel.Memory;

namespace AioV2.Kernel.Tests;

/// <summary>One kernel with one context, and short words for what tests do with it. Every wait has a bound that fails the test.</summary>
internal sealed unsafe class Harness : IDisposable
{
    /// <summary>What a wait may take before the test is called hanging, seconds.</summary>
    public const long Patience = 20;

    private readonly bool _ownsKernel;
    private readonly byte* _buffer = (byte*)NativeMemory.AllocZeroed(1 << 20);
    private int _used;
    private bool _destroyed;

    private Harness(EmbeddedKernel kernel, bool ownsKernel, uint flags, Aio2Params parameters)
    {
        Kernel = kernel;
        _ownsKernel = ownsKernel;
        Flags = flags;
        SetupResult = kernel.Setup(Aio2.Version, flags, &parameters, (nuint)sizeof(Aio2Params));
        Params = parameters;
    }

    public EmbeddedKernel Kernel { get; }

    public uint Flags { get; }

    public long SetupResult { get; }

    public Aio2Params Params { get; }

    public uint Ctx => Params.Ctx;

    public Aio2Ring* Header => (Aio2Ring*)Params.RingAddr;

    public Aio2RingUser* User => (Aio2RingUser*)(Params.RingAddr + Params.UserOffset);

    public static EmbeddedKernel NewKernel(UserMemoryPolicy policy = UserMemoryPolicy.Checked, ulong ceiling = 1 << 20) =>
        EmbeddedKernel.Create(new KernelOptions { Engine = EngineKind.Threads, Policy = policy, ReqsCeiling = ceiling, MaxWorkers = 4 });

    public static Harness Context(uint ringBytes = 4096, uint nrReqs = 64, uint flags = Aio2Setup.UserReap, int eventFd = 0,
        UserMemoryPolicy policy = UserMemoryPolicy.Checked, EmbeddedKernel? kernel = null)
    {
        var parameters = new Aio2Params { RingBytes = ringBytes, NrReqs = nrReqs, Eventfd = eventFd };
        var made = new Harness(kernel ?? NewKernel(policy), kernel is null, flags, parameters);
        Assert.Equal(0, made.SetupResult);
        return made;
    }

    /// <summary>Both kinds of context, by the flags that make them.</summary>
    public static TheoryData<uint> Kinds => [0u, Aio2Setup.UserReap];

    public static Iocb2 Nop(ulong userData) => new() { Bytes = Iocb2.SizeOf, Opcode = Aio2Op.Nop, UserData = userData };

    public static Iocb2 Read(int fd, void* to, ulong bytes, long offset, ulong userData = 0) => new()
    {
        Bytes = Iocb2.SizeOf, Opcode = Aio2Op.Pread, Fd = fd, Addr = (ulong)to, Len = bytes, Offset = offset, UserData = userData,
    };

    public static Iocb2 Write(int fd, void* from, ulong bytes, long offset, ulong userData = 0) => new()
    {
        Bytes = Iocb2.SizeOf, Opcode = Aio2Op.Pwrite, Fd = fd, Addr = (ulong)from, Len = bytes, Offset = offset, UserData = userData,
    };

    /// <summary>Native memory that lives as long as the harness, 64-byte aligned.</summary>
    public byte* Memory(int bytes)
    {
        var at = _buffer + _used;
        _used += (bytes + 63) & ~63;
        Assert.True(_used <= 1 << 20, "the harness is out of memory");
        return at;
    }

    public long Submit(params ReadOnlySpan<Iocb2> iocbs) => Submit(MemoryMarshal.AsBytes(iocbs));

    public long Submit(ReadOnlySpan<byte> run)
    {
        fixed (byte* p = run)
        {
            return Kernel.Submit(Ctx, p, (nuint)run.Length, null);
        }
    }

    public long Submit(ReadOnlySpan<byte> run, out Aio2Extack ext)
    {
        var report = new Aio2Extack { Size = Aio2Extack.SizeOf, Reason = 77, Error = 77, RecordOffset = 77, FieldOffset = 77 };
        fixed (byte* p = run)
        {
            var result = Kernel.Submit(Ctx, p, (nuint)run.Length, &report);
            ext = report;
            return result;
        }
    }

    /// <summary>Waits for one event within the harness's patience.</summary>
    public Event ReapOne() => Assert.Single(Reap(1));

    /// <summary>Reaps exactly so many events by the call, in order.</summary>
    public List<Event> Reap(int count)
    {
        var events = new List<Event>();
        var buffer = stackalloc byte[4096];
        while (events.Count < count)
        {
            var wait = new Aio2Wait { Size = Aio2Wait.SizeOf, Sec = Patience };
            var got = Kernel.GetEvents(Ctx, buffer, 4096, 1, &wait, 0);
            Assert.True(got > 0, $"{events.Count} of {count} events came; then io_getevents2 said {got}");
            events.AddRange(Event.Split(new ReadOnlySpan<byte>(buffer, (int)got)));
        }

        Assert.Equal(count, events.Count);
        return events;
    }

    /// <summary>What io_getevents2 says without waiting.</summary>
    public long Poll(Span<byte> buffer, nuint minBytes = 0)
    {
        var wait = new Aio2Wait { Size = Aio2Wait.SizeOf };
        fixed (byte* p = buffer)
        {
            return Kernel.GetEvents(Ctx, p, (nuint)buffer.Length, minBytes, &wait, 0);
        }
    }

    public long Destroy()
    {
        _destroyed = true;
        return Kernel.Destroy(Ctx);
    }

    public void Dispose()
    {
        if (!_destroyed)
        {
            Assert.Equal(0, Destroy());
        }

        if (Params.RingAddr != 0)
        {
            Assert.Equal(0, Libc.Munmap((void*)Params.RingAddr, (nuint)Params.RingMapBytes));
        }

        if (_ownsKernel)
        {
            Kernel.Dispose();
        }

        NativeMemory.Free(_buffer);
    }
}
