using System.Buffers;
using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Abi.Codecs;

namespace AioV2.UserLib;

/// <summary>A packed run of iocbs in native memory, built and submitted without an allocation for each.</summary>
/// <remarks>
/// Not for several threads at once. Addresses given to it must stay valid until the event of their request (SUBMIT-2):
/// pin managed memory, or use <see cref="AioBuffer"/>. The batch itself may be reused as soon as it was submitted.
/// <code>
///  | iocb, attributes | iocb | iocb, attributes | free …          |
///  0                                            Bytes             capacity
/// </code>
/// </remarks>
public sealed unsafe class AioBatch : IDisposable
{
    private const int FirstCapacity = 4096;

    private byte* _memory;
    private int _capacity;

    /// <summary>Makes an empty batch.</summary>
    public AioBatch()
    {
        _capacity = FirstCapacity;
        _memory = (byte*)NativeMemory.Alloc((nuint)_capacity);
    }

    /// <summary>Frees what a batch that was not disposed holds.</summary>
    ~AioBatch() => Free();

    /// <summary>Iocbs in the batch.</summary>
    public int Count { get; private set; }

    /// <summary>Their bytes.</summary>
    public int Bytes { get; private set; }

    /// <summary>The packed run, as io_submit2 takes it.</summary>
    public ReadOnlySpan<byte> Packed => new(_memory, Bytes);

    internal byte* Address => _memory;

    /// <summary>Adds a PREAD of <paramref name="bytes"/> to <paramref name="buffer"/>.</summary>
    /// <param name="fd">Descriptor; it must be open until the batch is submitted.</param>
    /// <param name="buffer">Where the data goes.</param>
    /// <param name="bytes">How much to read.</param>
    /// <param name="offset">File offset, -1 for the file position.</param>
    /// <param name="userData">Comes back in the event.</param>
    /// <param name="attributes">What goes with it; null: nothing.</param>
    /// <param name="rwFlags">RWF_* (<see cref="Aio2Rwf"/>).</param>
    public void Read(int fd, void* buffer, nuint bytes, long offset, ulong userData, AioAttributes? attributes = null, uint rwFlags = 0) =>
        Add(Transfer(Aio2Op.Pread, fd, buffer, bytes, offset, userData, rwFlags), attributes);

    /// <summary>Adds a PREAD to pinned memory, which must stay pinned until the event; the other parameters as above.</summary>
    /// <exception cref="ArgumentException">The memory is not pinned.</exception>
    public void Read(int fd, in MemoryHandle pinned, int bytes, long offset, ulong userData, AioAttributes? attributes = null, uint rwFlags = 0) =>
        Read(fd, Pinned(pinned), (nuint)bytes, offset, userData, attributes, rwFlags);

    /// <summary>Adds a PWRITE of pinned memory, which must stay pinned until the event.</summary>
    /// <exception cref="ArgumentException">The memory is not pinned.</exception>
    public void Write(int fd, in MemoryHandle pinned, int bytes, long offset, ulong userData, AioAttributes? attributes = null, uint rwFlags = 0) =>
        Write(fd, Pinned(pinned), (nuint)bytes, offset, userData, attributes, rwFlags);

    /// <summary>Adds a PWRITE; parameters as for a PREAD.</summary>
    public void Write(int fd, void* buffer, nuint bytes, long offset, ulong userData, AioAttributes? attributes = null, uint rwFlags = 0) =>
        Add(Transfer(Aio2Op.Pwrite, fd, buffer, bytes, offset, userData, rwFlags), attributes);

    /// <summary>Adds a PREADV over segments, whose array is copied at submit (SUBMIT-2).</summary>
    public void ReadVector(int fd, Aio2Vec* segments, int count, long offset, ulong userData, AioAttributes? attributes = null, uint rwFlags = 0) =>
        Add(Transfer(Aio2Op.Preadv, fd, segments, (nuint)count, offset, userData, rwFlags), attributes);

    /// <summary>Adds a PWRITEV over segments, whose array is copied at submit (SUBMIT-2).</summary>
    public void WriteVector(int fd, Aio2Vec* segments, int count, long offset, ulong userData, AioAttributes? attributes = null, uint rwFlags = 0) =>
        Add(Transfer(Aio2Op.Pwritev, fd, segments, (nuint)count, offset, userData, rwFlags), attributes);

    /// <summary>Adds an FSYNC, or with <paramref name="dataOnly"/> an FDSYNC.</summary>
    public void Sync(int fd, ulong userData, bool dataOnly = false, AioAttributes? attributes = null) =>
        Add(new Iocb2 { Opcode = dataOnly ? Aio2Op.Fdsync : Aio2Op.Fsync, Fd = fd, UserData = userData }, attributes);

    /// <summary>Adds a NOP.</summary>
    public void Nop(ulong userData, AioAttributes? attributes = null) =>
        Add(new Iocb2 { Opcode = Aio2Op.Nop, UserData = userData }, attributes);

    /// <summary>Adds any iocb; its <c>Bytes</c> is filled in here.</summary>
    /// <exception cref="InvalidOperationException">The batch is at AIO2_SUBMIT_MAX bytes: submit it first.</exception>
    public void Add(in Iocb2 iocb, AioAttributes? attributes = null)
    {
        ObjectDisposedException.ThrowIf(_memory is null, this);
        var extra = attributes is null ? default : attributes.Bytes;
        var bytes = Iocb2.SizeOf + extra.Length;
        Reserve(bytes);

        var at = _memory + Bytes;
        *(Iocb2*)at = iocb;
        ((Iocb2*)at)->Bytes = (uint)bytes;
        extra.CopyTo(new Span<byte>(at + Iocb2.SizeOf, extra.Length));
        Bytes += bytes;
        Count++;
    }

    /// <summary>Drops all iocbs.</summary>
    public void Clear() => Bytes = Count = 0;

    /// <summary>Drops the oldest iocb, for example one that was refused.</summary>
    public void RemoveFirst()
    {
        if (Count > 0)
        {
            RemoveAccepted(((Iocb2*)_memory)->Bytes);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    /// <summary>Drops the first <paramref name="bytes"/>, which the kernel took; returns how many iocbs those were.</summary>
    internal int RemoveAccepted(long bytes)
    {
        var removed = Count;
        if (bytes == Bytes)
        {
            Clear();
            return removed;
        }

        var run = new IocbRun(new ReadOnlySpan<byte>(_memory, (int)bytes));
        for (removed = 0; run.MoveNext();)
        {
            removed++;
        }

        Buffer.MemoryCopy(_memory + bytes, _memory, _capacity, Bytes - bytes);
        Bytes -= (int)bytes;
        Count -= removed;
        return removed;
    }

    private static void* Pinned(in MemoryHandle memory) => memory.Pointer is not null ? memory.Pointer : throw new ArgumentException(
        "the memory is not pinned, or no longer: keep what Memory.Pin() gave until the event was reaped, then dispose it", nameof(memory));

    private static Iocb2 Transfer(ushort opcode, int fd, void* address, nuint length, long offset, ulong userData, uint rwFlags) => new()
    {
        Opcode = opcode, Fd = fd, Addr = (ulong)address, Len = length, Offset = offset, UserData = userData, RwFlags = rwFlags,
    };

    private void Reserve(int bytes)
    {
        if (Bytes + bytes <= _capacity)
        {
            return;
        }

        if (Bytes + bytes > Aio2.SubmitMax)
        {
            throw new InvalidOperationException($"the batch would exceed AIO2_SUBMIT_MAX, {Aio2.SubmitMax} bytes: submit it, then add the rest");
        }

        _capacity = (int)Math.Min(Aio2.SubmitMax, Math.Max(_capacity * 2L, Bytes + bytes));
        _memory = (byte*)NativeMemory.Realloc(_memory, (nuint)_capacity);
    }

    private void Free()
    {
        NativeMemory.Free(_memory);
        _memory = null;
        Clear();
    }
}
