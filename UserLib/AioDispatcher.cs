using System.Buffers;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Abi.Calls;
using AioV2.Abi.Codecs;

namespace AioV2.UserLib;

/// <summary>What stands behind <c>ReadAsync</c> and the like: submits, and reaps with one thread of its own.</summary>
/// <remarks>
/// Slots are counted here (RING-9: exactly <c>nr_reqs</c> are accepted, and a slot is free once its event was reaped), so
/// a submission never meets <c>-EAGAIN</c>: what finds no slot stands in line, and the reaping thread submits it.
/// </remarks>
internal sealed unsafe class AioDispatcher
{
    private const int BufferBytes = 64 * 1024;

    private readonly IAio2 _kernel;
    private readonly uint _ctx;
    private readonly int _slots;
    private readonly bool _inline;
    private readonly Lock _gate = new();
    private readonly Stack<AioOperation> _idle = new();
    private readonly Queue<AioOperation> _line = new();
    private readonly Thread _thread;
    private AioOperation[] _operations = [];
    private int _count;
    private int _inFlight;
    private int _outstanding;
    private long _outstandingBytes;
    private TaskCompletionSource? _drained;
    private bool _closing;

    internal AioDispatcher(IAio2 kernel, uint ctx, int slots, bool inline)
    {
        _kernel = kernel;
        _ctx = ctx;
        _slots = slots;
        _inline = inline;
        _thread = new Thread(Run) { IsBackground = true, Name = $"aio2 reaper {ctx}" };
        _thread.Start();
    }

    /// <summary>Requests that were started and are not over, those in line for a slot included.</summary>
    internal int Outstanding => Volatile.Read(ref _outstanding);

    /// <summary>What they are to transfer, bytes.</summary>
    internal long OutstandingBytes => Volatile.Read(ref _outstandingBytes);

    /// <summary>Starts a request; the result is the task's.</summary>
    internal ValueTask<Completion> Start(in Iocb2 iocb, AioAttributes? attributes, MemoryHandle pin, SafeHandle? file, CancellationToken token)
    {
        if (token.IsCancellationRequested)
        {
            pin.Dispose();
            return ValueTask.FromCanceled<Completion>(token);
        }

        AioOperation operation;
        bool now;
        lock (_gate)
        {
            if (_closing)
            {
                pin.Dispose();
                throw new ObjectDisposedException(nameof(AioContext));
            }

            operation = _idle.Count > 0 ? _idle.Pop() : Grow();
            if (!TryPrepare(operation, iocb, attributes, pin, file, token, out var failure))
            {
                return ValueTask.FromException<Completion>(failure);
            }

            _outstanding++;
            _outstandingBytes += operation.TransferBytes;
            now = _inFlight < _slots && _line.Count == 0;
            if (now)
            {
                _inFlight++;
            }
            else
            {
                operation.Waiting = true;
                _line.Enqueue(operation);
            }
        }

        var task = new ValueTask<Completion>(operation, operation.Version);
        if (now)
        {
            Submit(operation);
        }

        operation.WatchToken();
        return task;
    }

    /// <summary>Takes a used operation back.</summary>
    internal void Return(AioOperation operation)
    {
        lock (_gate)
        {
            _idle.Push(operation);
        }
    }

    /// <summary>The caller's token was cancelled: out of the line, or io_cancel2 (CANCEL-1).</summary>
    internal void Cancel(AioOperation operation)
    {
        bool wasWaiting;
        lock (_gate)
        {
            wasWaiting = operation.Waiting;
            operation.Waiting = false;
        }

        if (wasWaiting)
        {
            // Its place in the queue is passed over when its turn comes.
            Finish(operation, new Completion(operation.UserData, -Errno.ECANCELED), hadSlot: false);
            return;
        }

        // Whatever the answer, the event decides: -ECANCELED, or the natural result if that was first. The wish is noted
        // before the call: if the request is just being submitted, one of the two sees the other.
        operation.CancelWanted = operation.UserData;
        _ = _kernel.Cancel(_ctx, operation.UserData, 0);
    }

    /// <summary>Refuses new requests and waits for those that were accepted.</summary>
    internal void Close()
    {
        lock (_gate)
        {
            _closing = true;
            if (_outstanding == 0)
            {
                return;
            }

            _drained = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        _drained.Task.Wait();
    }

    internal void ThrowIfOnReapingThread()
    {
        if (Thread.CurrentThread == _thread)
        {
            throw new InvalidOperationException(
                "Dispose on the context's reaping thread (InlineContinuations) would wait for itself: use await DisposeAsync()");
        }
    }

    /// <summary>Waits for the reaping thread, which ends when the context was destroyed.</summary>
    internal void Join() => _thread.Join();

    private AioOperation Grow()
    {
        if (_count == _operations.Length)
        {
            // The reaping thread reads the array without the lock: it must see the new one with all of the old in it.
            var larger = new AioOperation[Math.Max(16, _count * 2)];
            _operations.CopyTo(larger, 0);
            Volatile.Write(ref _operations, larger);
        }

        var operation = new AioOperation(this, (uint)_count);
        _operations[_count++] = operation;
        return operation;
    }

    private bool TryPrepare(
        AioOperation operation, in Iocb2 iocb, AioAttributes? attributes, MemoryHandle pin, SafeHandle? file, CancellationToken token,
        [NotNullWhen(false)] out Exception? failure)
    {
        try
        {
            operation.Prepare(iocb, attributes, pin, file, token);
            failure = null;
            return true;
        }
        catch (ObjectDisposedException e)
        {
            // The file is closed already: nothing was referenced, and the operation was not used.
            pin.Dispose();
            _idle.Push(operation);
            failure = e;
            return false;
        }
    }

    /// <summary>Submits one request and, each time one is refused, the next in line that its slot goes to.</summary>
    private void Submit(AioOperation? operation)
    {
        while (operation is not null)
        {
            var ext = new Aio2Extack { Size = Aio2Extack.SizeOf };
            var userData = operation.UserData;
            var taken = _kernel.Submit(_ctx, operation.IocbAddress, (nuint)operation.IocbBytes, &ext);
            if (taken > 0)
            {
                // From here on the operation may be over, and in use again under another number.
                if (operation.CancelWanted == userData)
                {
                    _ = _kernel.Cancel(_ctx, userData, 0);
                }

                return;
            }

            var bytes = operation.TransferBytes;
            operation.Fail(CallErrors.Refused(taken, ext));
            Resume(operation);
            operation = Leave(bytes, hadSlot: true);
        }
    }

    private void Run()
    {
        var buffer = (byte*)NativeMemory.AlignedAlloc(BufferBytes, 64);
        try
        {
            while (true)
            {
                var bytes = _kernel.GetEvents(_ctx, buffer, BufferBytes, IoEvent2.SizeOf, null, 0);
                if (bytes == -Errno.EINTR)
                {
                    continue;
                }

                if (bytes < 0)
                {
                    // -ENXIO: the context is destroyed (GET-6). Nothing else can happen to a good buffer of this size.
                    Debug.Assert(bytes == -Errno.ENXIO, $"io_getevents2 answered {bytes}");
                    return;
                }

                Dispatch(new ReadOnlySpan<byte>(buffer, (int)bytes));
            }
        }
        finally
        {
            NativeMemory.AlignedFree(buffer);
        }
    }

    private void Dispatch(ReadOnlySpan<byte> events)
    {
        var run = new EventRun(events);
        while (run.TryNext(out var reader))
        {
            if (reader.More)
            {
                continue;
            }

            var operation = Volatile.Read(ref _operations)[(uint)reader.UserData];
            Debug.Assert(operation.UserData == reader.UserData, "an event of another generation");
            Finish(operation, new Completion(reader), hadSlot: true);
        }
    }

    private void Finish(AioOperation operation, in Completion completion, bool hadSlot)
    {
        // Once resumed, the operation may be in use again.
        var bytes = operation.TransferBytes;
        operation.Complete(completion);
        Resume(operation);
        Submit(Leave(bytes, hadSlot));
    }

    private void Resume(AioOperation operation)
    {
        if (_inline)
        {
            operation.Execute();
        }
        else
        {
            ThreadPool.UnsafeQueueUserWorkItem(operation, preferLocal: false);
        }
    }

    /// <summary>One request is over: its slot goes to the first in line, which is returned for submission.</summary>
    private AioOperation? Leave(long bytes, bool hadSlot)
    {
        lock (_gate)
        {
            _outstandingBytes -= bytes;
            _inFlight -= hadSlot ? 1 : 0;
            AioOperation? next = null;
            while (next is null && _inFlight < _slots && _line.TryDequeue(out var candidate))
            {
                // Not waiting: it was cancelled while it stood here.
                next = candidate.Waiting ? candidate : null;
            }

            if (next is not null)
            {
                next.Waiting = false;
                _inFlight++;
            }

            if (--_outstanding == 0)
            {
                _drained?.SetResult();
            }

            return next;
        }
    }
}
