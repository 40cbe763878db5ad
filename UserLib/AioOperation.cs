using System.Buffers;
using System.Runtime.InteropServices;
using System.Threading.Tasks.Sources;
using AioV2.Abi;

namespace AioV2.UserLib;

/// <summary>One awaited request: its iocb, what it pins, and the source of its <see cref="ValueTask{T}"/>. Pooled.</summary>
/// <remarks>
/// It is rented by <see cref="AioDispatcher"/>, and goes back in <see cref="GetResult"/>: until then its number in
/// <c>user_data</c> means this request and no other.
/// </remarks>
internal sealed unsafe class AioOperation(AioDispatcher owner, uint index) : IValueTaskSource<Completion>, IThreadPoolWorkItem
{
    private ManualResetValueTaskSourceCore<Completion> _core;
    private byte[] _iocb = GC.AllocateUninitializedArray<byte>(256, pinned: true);
    private uint _generation = 1;
    private ulong _cancelWanted;
    private MemoryHandle _pin;
    private SafeHandle? _file;
    private CancellationToken _token;
    private CancellationTokenRegistration _registration;
    private Completion _completion;
    private Exception? _refusal;

    /// <summary>Whether it stands in line for a slot; guarded by the dispatcher's lock.</summary>
    internal bool Waiting { get; set; }

    /// <summary>Comes back in the event: which operation, and its how-manieth use.</summary>
    internal ulong UserData => (ulong)_generation << 32 | index;

    /// <summary>The <see cref="UserData"/> that was to be cancelled last; never 0 once there was one.</summary>
    /// <remarks>Written before io_cancel2 and read after io_submit2, with a full fence between each pair.</remarks>
    internal ulong CancelWanted
    {
        get => Interlocked.Or(ref _cancelWanted, 0);
        set => Interlocked.Exchange(ref _cancelWanted, value);
    }

    internal short Version => _core.Version;

    internal int IocbBytes { get; private set; }

    /// <summary>What the request is to transfer, bytes; 0 where its iocb does not say.</summary>
    internal long TransferBytes { get; private set; }

    internal void* IocbAddress => (void*)Marshal.UnsafeAddrOfPinnedArrayElement(_iocb, 0);

    /// <summary>Fills in the request. The file stays referenced and the memory pinned until the event.</summary>
    internal void Prepare(Iocb2 iocb, AioAttributes? attributes, MemoryHandle pin, SafeHandle? file, CancellationToken token)
    {
        _pin = pin;
        _token = token;
        if (file is not null)
        {
            var added = false;
            file.DangerousAddRef(ref added);
            _file = file;
            iocb.Fd = (int)file.DangerousGetHandle();
        }

        var extra = attributes is null ? default : attributes.Bytes;
        IocbBytes = Iocb2.SizeOf + extra.Length;
        if (_iocb.Length < IocbBytes)
        {
            _iocb = GC.AllocateUninitializedArray<byte>((int)Aio2.IocbMax, pinned: true);
        }

        iocb.Bytes = (uint)IocbBytes;
        iocb.UserData = UserData;
        TransferBytes = iocb.Opcode is Aio2Op.Pread or Aio2Op.Pwrite ? (long)Math.Min(iocb.Len, int.MaxValue) : 0;
        MemoryMarshal.Write(_iocb, iocb);
        extra.CopyTo(_iocb.AsSpan(Iocb2.SizeOf));
    }

    /// <summary>From now on the caller's token cancels the request.</summary>
    internal void WatchToken()
    {
        if (_token.CanBeCanceled)
        {
            _registration = _token.UnsafeRegister(static state => ((AioOperation)state!).CancelRequested(), this);
        }
    }

    /// <summary>Takes the result over and lets go of the memory; the awaiting code runs later, in <see cref="Execute"/>.</summary>
    internal void Complete(in Completion completion)
    {
        _completion = completion;
        LetGo();
    }

    /// <summary>The same without an event: it was refused at submission.</summary>
    internal void Fail(Exception refusal)
    {
        _refusal = refusal;
        LetGo();
    }

    /// <inheritdoc/>
    public void Execute()
    {
        if (_refusal is { } refusal)
        {
            _core.SetException(refusal);
        }
        else
        {
            _core.SetResult(_completion);
        }
    }

    /// <inheritdoc/>
    public Completion GetResult(short token)
    {
        // The token must be right before anything is given up: GetStatus throws for a ValueTask awaited twice.
        _core.GetStatus(token);

        // Waits for a cancellation that is under way, so that it never meets the next use of this object.
        _registration.Dispose();
        _registration = default;
        var canceled = _token;
        try
        {
            var result = _core.GetResult(token);
            if (result.Result == -Errno.ECANCELED)
            {
                canceled.ThrowIfCancellationRequested();
            }

            return result;
        }
        finally
        {
            _token = default;
            _completion = default;
            _refusal = null;
            _generation++;
            _core.Reset();
            owner.Return(this);
        }
    }

    /// <inheritdoc/>
    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    /// <inheritdoc/>
    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private void CancelRequested() => owner.Cancel(this);

    private void LetGo()
    {
        _pin.Dispose();
        _pin = default;
        _file?.DangerousRelease();
        _file = null;
    }
}
