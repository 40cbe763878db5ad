using AioV2.Abi;
using AioV2.Abi.Calls;
using AioV2.Kernel.Linux;
using AioV2.Kernel.Memory;

namespace AioV2.Kernel.Tracing;

/// <summary>The calls of a kernel, each told when it has returned. What io_submit2 was given the kernel tells itself, from the copy
/// that it works on.</summary>
internal sealed unsafe class TracedCalls(EmbeddedKernel kernel, KernelTrace trace) : IAio2
{
    /// <inheritdoc/>
    public long Setup(uint version, uint flags, Aio2Params* parameters, nuint size)
    {
        var given = default(Aio2Params);
        var bytes = Read(&given, parameters, Math.Min(size, (nuint)sizeof(Aio2Params)));
        var began = MonotonicClock.Now;
        var result = kernel.Setup(version, flags, parameters, size);
        var ended = MonotonicClock.Now;
        var answer = default(Aio2Params);
        var answered = result == 0 ? Read(&answer, parameters, (nuint)sizeof(Aio2Params)) : 0;
        var ctx = (flags & Aio2Setup.Probe) == 0 ? answer.Ctx : 0;
        var stream = trace.WithoutContext;
        var entry = stream.Begin(Aio2TraceKind.Setup, ended, TraceStream.RoomFor(bytes) + TraceStream.RoomFor(answered));
        if (entry != null)
        {
            Head(entry, began, ended, result);
            entry[Aio2TraceSetup.Ctx] = ctx;
            entry[Aio2TraceSetup.Version] = version;
            entry[Aio2TraceSetup.Flags] = flags;
            entry[Aio2TraceSetup.Size] = size;
            var at = stream.Append(TraceStream.Blobs(entry, Aio2TraceKind.Setup), &given, bytes);
            _ = stream.Append(at, &answer, answered);
            stream.End();
        }

        return result;
    }

    /// <inheritdoc/>
    public long Destroy(uint ctx)
    {
        var began = MonotonicClock.Now;
        var result = kernel.Destroy(ctx);
        Tell(trace.WithoutContext, Aio2TraceKind.Destroy, began, result, ctx, 0, 0);
        if (result == 0)
        {
            trace.Settle();
        }

        return result;
    }

    /// <inheritdoc/>
    public long Submit(uint ctx, void* iocbs, nuint bytes, Aio2Extack* ext) => kernel.Submit(ctx, iocbs, bytes, ext);

    /// <inheritdoc/>
    public long GetEvents(uint ctx, void* events, nuint bytes, nuint minBytes, Aio2Wait* wait, uint flags)
    {
        var given = default(Aio2Wait);
        var waitBytes = wait == null ? 0 : Read(&given, wait, (nuint)sizeof(Aio2Wait));
        var began = MonotonicClock.Now;
        var stream = kernel.TraceOf(ctx) ?? trace.WithoutContext;
        var result = kernel.GetEvents(ctx, events, bytes, minBytes, wait, flags);
        var ended = MonotonicClock.Now;
        var taken = result > 0 ? (int)result : 0;
        var copy = taken == 0 ? null : NativeBlock.TryAlloc((nuint)taken);
        taken = copy == null ? 0 : Read(copy, events, (nuint)taken);
        var room = TraceStream.RoomFor(waitBytes) + TraceStream.RoomFor(taken);
        var entry = Begin(ref stream, Aio2TraceKind.Getevents, ended, room);
        if (entry != null)
        {
            Head(entry, began, ended, result);
            entry[Aio2TraceGetevents.Ctx] = ctx;
            entry[Aio2TraceGetevents.Bytes] = bytes;
            entry[Aio2TraceGetevents.MinBytes] = minBytes;
            entry[Aio2TraceGetevents.Flags] = flags;
            var at = stream.Append(TraceStream.Blobs(entry, Aio2TraceKind.Getevents), &given, waitBytes);
            _ = stream.Append(at, copy, taken);
            stream.End();
        }

        System.Runtime.InteropServices.NativeMemory.Free(copy);
        return result;
    }

    /// <inheritdoc/>
    public long Cancel(uint ctx, ulong userData, uint flags)
    {
        var began = MonotonicClock.Now;
        var stream = kernel.TraceOf(ctx) ?? trace.WithoutContext;
        var result = kernel.Cancel(ctx, userData, flags);
        Tell(stream, Aio2TraceKind.Cancel, began, result, ctx, userData, flags);
        return result;
    }

    /// <inheritdoc/>
    public long Issue(void* iocb, nuint iocbBytes, void* eventBuffer, nuint eventBytes, uint flags)
    {
        var given = stackalloc byte[(int)Aio2.IocbMax];
        var bytes = Read(given, iocb, Math.Min(iocbBytes, Aio2.IocbMax));
        var began = MonotonicClock.Now;
        var result = kernel.Issue(iocb, iocbBytes, eventBuffer, eventBytes, flags);
        var ended = MonotonicClock.Now;
        var answer = stackalloc byte[(int)Aio2.EventMax];
        var answered = result <= 0 ? 0 : Read(answer, eventBuffer, (nuint)Math.Min(result, Aio2.EventMax));
        var stream = trace.WithoutContext;
        var entry = stream.Begin(Aio2TraceKind.Issue, ended, TraceStream.RoomFor(bytes) + TraceStream.RoomFor(answered));
        if (entry != null)
        {
            Head(entry, began, ended, result);
            entry[Aio2TraceIssue.EventBytes] = eventBytes;
            entry[Aio2TraceIssue.Flags] = flags;
            var at = stream.Append(TraceStream.Blobs(entry, Aio2TraceKind.Issue), given, bytes);
            _ = stream.Append(at, answer, answered);
            stream.End();
        }

        return result;
    }

    /// <inheritdoc/>
    public long List(uint ctx, ulong* cursor, void* buffer, nuint bytes)
    {
        var began = MonotonicClock.Now;
        var stream = kernel.TraceOf(ctx) ?? trace.WithoutContext;
        var result = kernel.List(ctx, cursor, buffer, bytes);
        ulong next = 0;
        _ = Read(&next, cursor, sizeof(ulong));
        Tell(stream, Aio2TraceKind.List, began, result, ctx, next, bytes);
        return result;
    }

    /// <inheritdoc/>
    public long Probe(uint what, void* buffer, nuint bytes)
    {
        var began = MonotonicClock.Now;
        var result = kernel.Probe(what, buffer, bytes);
        Tell(trace.WithoutContext, Aio2TraceKind.Probe, began, result, what, bytes);
        return result;
    }

    /// <inheritdoc/>
    public long RingCtl(uint ctx, uint op, ulong arg)
    {
        var began = MonotonicClock.Now;
        var stream = kernel.TraceOf(ctx) ?? trace.WithoutContext;
        var result = kernel.RingCtl(ctx, op, arg);
        var ended = MonotonicClock.Now;
        var info = default(Aio2RingInfo);
        var bytes = op is Aio2Ctl.Resize or Aio2Ctl.GetRing && arg != 0 ? Read(&info, (void*)arg, (nuint)sizeof(Aio2RingInfo)) : 0;
        var entry = Begin(ref stream, Aio2TraceKind.RingCtl, ended, TraceStream.RoomFor(bytes));
        if (entry != null)
        {
            Head(entry, began, ended, result);
            entry[Aio2TraceRingCtl.Ctx] = ctx;
            entry[Aio2TraceRingCtl.Op] = op;
            entry[Aio2TraceRingCtl.Arg] = arg;
            _ = stream.Append(TraceStream.Blobs(entry, Aio2TraceKind.RingCtl), &info, bytes);
            stream.End();
        }

        return result;
    }

    /// <summary>The fields that all calls have at the same places.</summary>
    internal static void Head(ulong* entry, long began, long ended, long result)
    {
        entry[Aio2TraceDestroy.Time] = (ulong)began;
        entry[Aio2TraceDestroy.Ns] = (ulong)(ended - began);
        entry[Aio2TraceDestroy.Thread] = TraceStream.Thread;
        entry[Aio2TraceDestroy.Result] = (ulong)result;
    }

    // A context that is destroyed meanwhile has no stream any more.
    private ulong* Begin(ref TraceStream stream, int kind, long time, int room)
    {
        var entry = stream.Begin(kind, time, room);
        if (entry == null && stream.IsClosed)
        {
            stream = trace.WithoutContext;
            entry = stream.Begin(kind, time, room);
        }

        return entry;
    }

    private void Tell(TraceStream stream, int kind, long began, long result, params ReadOnlySpan<ulong> arguments)
    {
        var ended = MonotonicClock.Now;
        var entry = Begin(ref stream, kind, ended, 0);
        if (entry != null)
        {
            Head(entry, began, ended, result);
            for (var i = 0; i < arguments.Length && i < TraceStream.Numbers(kind) - (Aio2TraceDestroy.Result + 1); i++)
            {
                entry[Aio2TraceDestroy.Result + 1 + i] = arguments[i];
            }

            stream.End();
        }
    }

    // Bytes read of what the caller points to: what cannot be read is left out.
    private int Read(void* to, void* from, nuint bytes) => from == null ? 0 : (int)kernel.Memory.CopyInPrefix(to, (ulong)from, bytes);
}
