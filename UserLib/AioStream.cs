using System.Runtime.CompilerServices;
using AioV2.Abi;
using AioV2.UserLib.Interop;
using Microsoft.Win32.SafeHandles;

namespace AioV2.UserLib;

/// <summary>A file as a <see cref="Stream"/> whose I/O goes through a context: in the place of a <see cref="FileStream"/>.</summary>
/// <remarks>
/// <para>The asynchronous members are requests of the context, which must be one for tasks; the synchronous ones are
/// io_issue2 on the caller's thread. There is no buffer in between: each read is one request, and a write as many as it
/// takes to write everything. Failures are <see cref="IOException"/>s with the <see cref="Aio2Exception"/> inside.</para>
/// <para>As with every stream, one operation at a time: <see cref="Position"/> moves when it is done. Pipes and the like
/// work, too, without a position. What is outstanding at disposal keeps the descriptor open until its event.</para>
/// </remarks>
public sealed class AioStream : Stream
{
    private readonly AioContext _context;
    private readonly SafeFileHandle _file;
    private readonly bool _leaveOpen;
    private readonly bool _canRead;
    private readonly bool _canWrite;
    private readonly bool _canSeek;
    private readonly bool _appends;
    private long _position;
    private bool _closed;

    /// <summary>Makes a stream of an open file; it begins at the file's position.</summary>
    /// <param name="context">Runs the I/O; it must outlive the stream.</param>
    /// <param name="file">The file; how it was opened decides what the stream can do.</param>
    /// <param name="leaveOpen">Whether the file stays open when the stream is disposed.</param>
    /// <exception cref="ArgumentException">The handle is closed or invalid.</exception>
    public AioStream(AioContext context, SafeFileHandle file, bool leaveOpen = false)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(file);
        _context = context;
        _file = file;
        _leaveOpen = leaveOpen;
        if (file.IsInvalid || file.IsClosed)
        {
            throw new ArgumentException("the file is closed: open it first, and let the stream close it", nameof(file));
        }

        var flags = Libc.Fcntl((int)file.DangerousGetHandle(), Libc.GetFlags, 0);
        if (flags < 0)
        {
            throw new ArgumentException("the handle is not an open descriptor", nameof(file));
        }

        var access = flags & Libc.AccessMode;
        _canRead = access != Libc.WriteOnly;
        _canWrite = access != Libc.ReadOnly;
        _appends = (flags & Libc.Append) != 0;
        var position = Libc.Lseek((int)file.DangerousGetHandle(), 0, Libc.SeekCurrent);
        _canSeek = position >= 0;
        _position = Math.Max(0, position);
    }

    /// <summary>Opens a file and makes a stream of it.</summary>
    /// <param name="context">Runs the I/O; it must outlive the stream.</param>
    /// <param name="path">The file.</param>
    /// <param name="mode">As for <see cref="File.OpenHandle"/>; with <see cref="FileMode.Append"/> the stream begins at the end.</param>
    /// <param name="access">What the stream can do.</param>
    /// <param name="share">What others may do meanwhile.</param>
    public static AioStream Open(AioContext context, string path, FileMode mode, FileAccess access = FileAccess.Read, FileShare share = FileShare.Read)
    {
        ArgumentNullException.ThrowIfNull(context);
        var append = mode == FileMode.Append;
        var stream = new AioStream(context, File.OpenHandle(path, append ? FileMode.OpenOrCreate : mode, access, share));
        if (append)
        {
            stream.Position = stream.Length;
        }

        return stream;
    }

    /// <summary>The file behind the stream.</summary>
    public SafeFileHandle Handle => _file;

    /// <inheritdoc/>
    public override bool CanRead => _canRead && !_closed;

    /// <inheritdoc/>
    public override bool CanWrite => _canWrite && !_closed;

    /// <inheritdoc/>
    public override bool CanSeek => _canSeek && !_closed;

    /// <inheritdoc/>
    public override long Length
    {
        get
        {
            NeedSeek();
            return RandomAccess.GetLength(_file);
        }
    }

    /// <inheritdoc/>
    public override long Position
    {
        get
        {
            NeedSeek();
            return _position;
        }

        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            NeedSeek();
            _position = value;
        }
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin)
    {
        NeedSeek();
        var from = origin switch
        {
            SeekOrigin.Begin => 0,
            SeekOrigin.Current => _position,
            SeekOrigin.End => Length,
            _ => throw new ArgumentException("origin is Begin, Current or End", nameof(origin)),
        };
        var target = checked(from + offset);
        return target >= 0 ? _position = target : throw new IOException("an attempt to move the position before the beginning of the file");
    }

    /// <inheritdoc/>
    public override void SetLength(long value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        NeedSeek();
        NeedWrite();
        RandomAccess.SetLength(_file, value);
        _position = Math.Min(_position, value);
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        return Read(buffer.AsSpan(offset, count));
    }

    /// <inheritdoc/>
    public override unsafe int Read(Span<byte> buffer)
    {
        NeedRead();
        fixed (byte* at = buffer)
        {
            return buffer.IsEmpty ? 0 : HaveRead(Issue(Aio2Op.Pread, at, buffer.Length));
        }
    }

    /// <inheritdoc/>
    public override int ReadByte()
    {
        Span<byte> one = stackalloc byte[1];
        return Read(one) == 0 ? -1 : one[0];
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        return ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        NeedRead();
        cancellationToken.ThrowIfCancellationRequested();
        if (buffer.IsEmpty)
        {
            return 0;
        }

        try
        {
            return HaveRead(await _context.ReadAsync(_file, buffer, At, cancellationToken: cancellationToken).ConfigureAwait(false));
        }
        catch (Aio2Exception refused)
        {
            throw Failed(refused);
        }
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        Write(buffer.AsSpan(offset, count));
    }

    /// <inheritdoc/>
    public override unsafe void Write(ReadOnlySpan<byte> buffer)
    {
        NeedWrite();
        fixed (byte* at = buffer)
        {
            for (var done = 0; done < buffer.Length;)
            {
                done += HaveWritten(Issue(Aio2Op.Pwrite, at + done, buffer.Length - done));
            }
        }
    }

    /// <inheritdoc/>
    public override void WriteByte(byte value) => Write([value]);

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        return WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        NeedWrite();
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            for (var done = 0; done < buffer.Length;)
            {
                done += HaveWritten(await _context.WriteAsync(_file, buffer[done..], At, cancellationToken: cancellationToken).ConfigureAwait(false));
            }
        }
        catch (Aio2Exception refused)
        {
            throw Failed(refused);
        }
    }

    /// <summary>FDSYNC: what was written is durable when this returns. There is no buffer, so writing needs no flush to be seen.</summary>
    public override void Flush()
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        if (Syncs)
        {
            HaveSynced(Issue(new Iocb2 { Opcode = Aio2Op.Fdsync }));
        }
    }

    /// <summary>As <see cref="Flush()"/>, without holding the caller's thread.</summary>
    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        cancellationToken.ThrowIfCancellationRequested();
        if (!Syncs)
        {
            return;
        }

        try
        {
            HaveSynced(await _context.FlushAsync(_file, dataOnly: true, cancellationToken: cancellationToken).ConfigureAwait(false));
        }
        catch (Aio2Exception refused)
        {
            throw Failed(refused);
        }
    }

    /// <inheritdoc/>
    public override IAsyncResult BeginRead(byte[] buffer, int offset, int count, AsyncCallback? callback, object? state) =>
        TaskToAsyncResult.Begin(ReadAsync(buffer, offset, count, CancellationToken.None), callback, state);

    /// <inheritdoc/>
    public override int EndRead(IAsyncResult asyncResult) => TaskToAsyncResult.End<int>(asyncResult);

    /// <inheritdoc/>
    public override IAsyncResult BeginWrite(byte[] buffer, int offset, int count, AsyncCallback? callback, object? state) =>
        TaskToAsyncResult.Begin(WriteAsync(buffer, offset, count, CancellationToken.None), callback, state);

    /// <inheritdoc/>
    public override void EndWrite(IAsyncResult asyncResult) => TaskToAsyncResult.End(asyncResult);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_closed && !_leaveOpen)
        {
            _file.Dispose();
        }

        _closed = true;
        base.Dispose(disposing);
    }

    private long At => _canSeek ? _position : -1;

    // A pipe has nothing to make durable.
    private bool Syncs => _canWrite && _canSeek;

    private int HaveRead(in Completion completion)
    {
        var bytes = Checked(completion);
        _position += bytes;
        return bytes;
    }

    private int HaveWritten(in Completion completion)
    {
        var bytes = Checked(completion);
        _position = _appends && _canSeek ? RandomAccess.GetLength(_file) : _position + bytes;
        return bytes > 0 ? bytes : throw new IOException("the file takes no more bytes");
    }

    private static void HaveSynced(in Completion completion)
    {
        // What cannot be synced, a device or a read-only mount, has nothing to lose: as FileStream takes it.
        if (completion.ErrorCode is not (Errno.EINVAL or Errno.EROFS))
        {
            _ = Checked(completion);
        }
    }

    private static int Checked(in Completion completion) =>
        completion.Succeeded ? (int)completion.Result : throw Failed(CallErrors.OfRequest(completion.Result));

    private static IOException Failed(Aio2Exception cause) => new(cause.Message, cause);

    private unsafe Completion Issue(ushort opcode, byte* at, int bytes) =>
        Issue(new Iocb2 { Opcode = opcode, Addr = (ulong)at, Len = (ulong)bytes, Offset = At });

    private Completion Issue(Iocb2 iocb)
    {
        var added = false;
        try
        {
            _file.DangerousAddRef(ref added);
            iocb.Fd = (int)_file.DangerousGetHandle();
            return _context.Issue(iocb);
        }
        catch (Aio2Exception refused)
        {
            throw Failed(refused);
        }
        finally
        {
            if (added)
            {
                _file.DangerousRelease();
            }
        }
    }

    private void NeedRead()
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        _ = _canRead ? true : throw new NotSupportedException("the stream cannot be read: open the file with FileAccess.Read");
    }

    private void NeedWrite()
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        _ = _canWrite ? true : throw new NotSupportedException("the stream cannot be written: open the file with FileAccess.Write");
    }

    private void NeedSeek()
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        _ = _canSeek ? true : throw new NotSupportedException("the stream has no position: it is a pipe, a socket or a terminal");
    }
}
