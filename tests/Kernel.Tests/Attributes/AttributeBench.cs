using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Kernel.Engines.Simulated;
using AioV2.Kernel.Linux;

namespace AioV2.Kernel.Tests.Attributes;

/// <summary>A kernel with the engine under test, one context, and a file to try attributes on.</summary>
internal sealed unsafe class AttributeBench : IDisposable
{
    public const int FileBytes = 8192;

    // Above what fstat stores on any architecture.
    private const int StatBytes = 256;

    public AttributeBench(EngineKind engine = EngineKind.Threads, SimulationOptions? simulation = null, int maxWorkers = 2)
    {
        Kernel = EmbeddedKernel.Create(new KernelOptions { Engine = engine, MaxWorkers = maxWorkers, Simulation = simulation });
        Aio = Harness.Context(kernel: Kernel);
        File = new ScratchFile(content: ScratchFile.Pattern(FileBytes));
        Data = Aio.Memory(FileBytes);
    }

    /// <summary>Every engine: the laws are the same.</summary>
    public static TheoryData<EngineKind> Engines => [EngineKind.Threads, EngineKind.IoUring, EngineKind.Simulated];

    public EmbeddedKernel Kernel { get; }

    public Harness Aio { get; }

    public ScratchFile File { get; }

    /// <summary>As long as the file.</summary>
    public byte* Data { get; }

    /// <summary>An iocb of an operation that does something harmless to the file.</summary>
    public Iocb2 Iocb(ushort opcode, ulong userData = 0)
    {
        var iocb = new Iocb2 { Bytes = Iocb2.SizeOf, Opcode = opcode, UserData = userData };
        ref readonly var op = ref Aio2Catalog.Ops[opcode];
        if ((op.Uses & IocbFields.Fd) != 0)
        {
            iocb.Fd = File.Fd;
        }

        if (opcode == Aio2Op.Poll)
        {
            // A file is always ready.
            iocb.Len = (ulong)Libc.POLLIN;
        }
        else if (opcode == Aio2Op.Syscall)
        {
            var call = (Aio2Syscall*)Aio.Memory(Aio2Syscall.SizeOf);
            *call = new Aio2Syscall { Nr = Aio2Sys.Fstat };
            call->Args[0] = (ulong)File.Fd;
            call->Args[1] = (ulong)Aio.Memory(StatBytes);
            iocb.Addr = (ulong)call;
        }

        if (op.Direction == DataDirection.None)
        {
            return iocb;
        }

        iocb.Addr = (ulong)Data;
        iocb.Len = FileBytes;
        if (op.Vectored)
        {
            var vectors = (Aio2Vec*)Aio.Memory(2 * sizeof(Aio2Vec));
            vectors[0] = new Aio2Vec { Base = (ulong)Data, Len = 1000 };
            vectors[1] = new Aio2Vec { Base = (ulong)Data + 1000, Len = FileBytes - 1000 };
            iocb.Addr = (ulong)vectors;
            iocb.Len = 2;
        }

        return iocb;
    }

    /// <summary>Submits a record that must be accepted, and gives its event.</summary>
    public Event Run(Record record)
    {
        var bytes = record.Bytes;
        Assert.Equal(bytes.Length, Aio.Submit(bytes));
        return Aio.ReapOne();
    }

    /// <summary>Runs a record with one attribute that must be handled: its event and its return's payload.</summary>
    public (Event Event, T Return) Handled<T>(Record record)
        where T : unmanaged
    {
        var done = Run(record);
        var (head, payload) = Assert.Single(done.ReturnList());
        Assert.Equal(0, head.Status);
        return (done, MemoryMarshal.Read<T>(payload));
    }

    public void Dispose()
    {
        Aio.Dispose();
        Kernel.Dispose();
        File.Dispose();
    }
}
