using System.Buffers;
using Microsoft.Win32.SafeHandles;
using AioV2.Abi;

namespace AioV2.UserLib;

/// <content>Requests as tasks.</content>
public sealed unsafe partial class AioContext
{
    /// <summary>Requests for tasks that are not over, those that wait for a slot included.</summary>
    public int RequestsInFlight => _dispatcher?.Outstanding ?? 0;

    /// <summary>Bytes that these requests are to transfer: the lengths of PREAD and PWRITE; others count as 0.</summary>
    public long BytesInFlight => _dispatcher?.OutstandingBytes ?? 0;

    /// <summary>Reads at an offset.</summary>
    /// <param name="file">The file; it may be closed once the task is done.</param>
    /// <param name="buffer">Where the data goes; pinned until the task is done.</param>
    /// <param name="fileOffset">Where it is read, -1 for the file position (streams need it).</param>
    /// <param name="attributes">What goes with the request; the completion has their returns.</param>
    /// <param name="cancellationToken">Cancels by io_cancel2; the task then ends as cancelled, or with the natural result if that was first (CANCEL-1).</param>
    /// <returns>The completion: a failed read is one with a negative result, not an exception, so that its returns can be read.
    /// An invalid request throws <see cref="Aio2Exception"/>.</returns>
    public ValueTask<Completion> ReadAsync(
        SafeFileHandle file, Memory<byte> buffer, long fileOffset, AioAttributes? attributes = null, CancellationToken cancellationToken = default) =>
        Transfer(Aio2Op.Pread, file, buffer, fileOffset, attributes, cancellationToken);

    /// <summary>Writes at an offset; parameters and result as for <see cref="ReadAsync"/>. A short write is possible.</summary>
    public ValueTask<Completion> WriteAsync(
        SafeFileHandle file, ReadOnlyMemory<byte> buffer, long fileOffset, AioAttributes? attributes = null, CancellationToken cancellationToken = default) =>
        Transfer(Aio2Op.Pwrite, file, buffer, fileOffset, attributes, cancellationToken);

    /// <summary>Makes a file's data durable, and unless <paramref name="dataOnly"/> all of its metadata.</summary>
    public ValueTask<Completion> FlushAsync(
        SafeFileHandle file, bool dataOnly = false, AioAttributes? attributes = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(file);
        var iocb = new Iocb2 { Opcode = dataOnly ? Aio2Op.Fdsync : Aio2Op.Fsync };
        return UseTasks().Start(iocb, attributes, default, file, cancellationToken);
    }

    /// <summary>Does nothing, asynchronously: for measuring, and for attributes alone.</summary>
    public ValueTask<Completion> NopAsync(AioAttributes? attributes = null, CancellationToken cancellationToken = default) =>
        UseTasks().Start(new Iocb2 { Opcode = Aio2Op.Nop }, attributes, default, null, cancellationToken);

    /// <summary>Runs any iocb. Addresses in it must stay valid until the task is done; <c>UserData</c> and <c>Bytes</c> are filled in here.</summary>
    public ValueTask<Completion> RunAsync(in Iocb2 iocb, AioAttributes? attributes = null, CancellationToken cancellationToken = default) =>
        UseTasks().Start(iocb, attributes, default, null, cancellationToken);

    private ValueTask<Completion> Transfer(
        ushort opcode, SafeFileHandle file, ReadOnlyMemory<byte> buffer, long fileOffset, AioAttributes? attributes, CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(file);
        var dispatcher = UseTasks();
        var pin = buffer.Pin();
        var iocb = new Iocb2 { Opcode = opcode, Addr = (ulong)pin.Pointer, Len = (ulong)buffer.Length, Offset = fileOffset };
        return dispatcher.Start(iocb, attributes, pin, file, token);
    }
}
