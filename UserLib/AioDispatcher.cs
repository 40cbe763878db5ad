using System.Buffers;
using System.Diagnostics;
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
    private readonly ManualResetEventSlim _drained = new(initialState: true);
    private readonly Thread _thread;
    private AioOperation[] _operations = [];
    private int _count;
    private int _inFlight;
    private int _outstanding;
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
            ObjectDisposedException.ThrowIf(_closing, typeof(AioContext));
            operation = _idle.Count > 0 ? _idle.Pop() : Grow();
            operation.Prepare(iocb, attributes, pin, file, token);
            _outstanding++;
            _drained.Reset();
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
            // It stays in the queue's storage until its turn; SubmitNext passes over it. Nothing else touches it.
            operation.Submitted();
            Finish(operation, new Completion(operation.UserData, -Errno.ECANCELED), hadSlot: false);
            return;
        }

        // Whatever the answer, the event decides: -ECANCELED, or the natural result if that was first.
        _ = _kernel.Cancel(_ctx, operation.UserData, 0);
    }

    /// <summary>Refuses new requests and waits for those that were accepted.</summary>
    internal void Close()
    {
        lock (_gate)
        {
            _closing = true;
        }

        _drained.Wait();
    }

    /// <summary>Waits for the reaping thread, which ends when the context was destroyed.</summary>
    internal void Join()
    {
        if (Thread.CurrentThread != _thread)
        {
            _thread.Join();
            _drained.Dispose();
        }
    }

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

    private void Submit(AioOperation operation)
    {
        var ext = new Aio2Extack { Size = Aio2Extack.SizeOf };
        var taken = _kernel.Submit(_ctx, operation.IocbAddress, (nuint)operation.Iocb.Length, &ext);
        if (taken > 0)
        {
            return;
        }

        Exception refusal;
        try
        {
            CallErrors.ThrowRefused(taken, ext);
            return;
        }
        catch (Aio2Exception e)
        {
            refusal = e;
        }

        operation.Fail(refusal);
        Leave(hadSlot: true);
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
            operation.Submitted();
            Finish(operation, new Completion(reader), hadSlot: true);
        }
    }

    private void Finish(AioOperation operation, in Completion completion, bool hadSlot)
    {
        operation.Complete(completion);
        if (_inline)
        {
            operation.Execute();
        }
        else
        {
            ThreadPool.UnsafeQueueUserWorkItem(operation, preferLocal: false);
        }

        Leave(hadSlot);
    }

    /// <summary>One request is over: its slot goes to the first in line.</summary>
    private void Leave(bool hadSlot)
    {
        AioOperation? next = null;
        lock (_gate)
        {
            _outstanding--;
            if (hadSlot)
            {
                _inFlight--;
            }

            while (_inFlight < _slots && _line.TryDequeue(out var candidate))
            {
                if (candidate.Waiting)
                {
                    candidate.Waiting = false;
                    _inFlight++;
                    next = candidate;
                    break;
                }
            }

            if (_outstanding == 0)
            {
                _drained.Set();
            }
        }

        if (next is not null)
        {
            Submit(next);
        }
    }
}
