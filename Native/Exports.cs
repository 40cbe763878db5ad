using System.Runtime.InteropServices;
using AioV2.Abi;

namespace AioV2.Native;

/// <summary>What <c>entry.c</c> calls, once it has found that this process may enter.</summary>
internal static unsafe class Exports
{
    /// <summary>Entering is what starts the runtime. Where a trace is wanted, its path comes along.</summary>
    [UnmanagedCallersOnly(EntryPoint = "aio2_managed_start")]
    private static void Start(byte* trace)
    {
        if (trace != null)
        {
            ProcessKernel.Record(Marshal.PtrToStringUTF8((nint)trace)!);
        }
    }

    /// <summary>The process ends.</summary>
    [UnmanagedCallersOnly(EntryPoint = "aio2_managed_stop")]
    private static void Stop() => ProcessKernel.Stop();

    [UnmanagedCallersOnly(EntryPoint = "aio2_managed_setup2")]
    private static nint Setup(uint version, uint flags, Aio2Params* parameters, nuint size)
    {
        var kernel = ProcessKernel.Start(out var error);
        try
        {
            return kernel is null ? error : (nint)kernel.Setup(version, flags, parameters, size);
        }
        catch (OutOfMemoryException)
        {
            return -Errno.ENOMEM;
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "aio2_managed_destroy2")]
    private static nint Destroy(uint ctx) =>
        ProcessKernel.Calls is { } kernel ? (nint)kernel.Destroy(ctx) : -Errno.ENXIO;

    [UnmanagedCallersOnly(EntryPoint = "aio2_managed_submit2")]
    private static nint Submit(uint ctx, void* iocbs, nuint bytes, Aio2Extack* ext) =>
        ProcessKernel.Running is { } kernel ? (nint)kernel.Submit(ctx, iocbs, bytes, ext) : -Errno.ENXIO;

    [UnmanagedCallersOnly(EntryPoint = "aio2_managed_getevents2")]
    private static nint GetEvents(uint ctx, void* events, nuint bytes, nuint minBytes, Aio2Wait* wait, uint flags) =>
        ProcessKernel.Calls is { } kernel ? (nint)kernel.GetEvents(ctx, events, bytes, minBytes, wait, flags) : -Errno.ENXIO;

    [UnmanagedCallersOnly(EntryPoint = "aio2_managed_cancel2")]
    private static nint Cancel(uint ctx, ulong userData, uint flags) =>
        ProcessKernel.Calls is { } kernel ? (nint)kernel.Cancel(ctx, userData, flags) : -Errno.ENXIO;

    [UnmanagedCallersOnly(EntryPoint = "aio2_managed_issue2")]
    private static nint Issue(void* iocb, nuint iocbBytes, void* eventBuffer, nuint eventBytes, uint flags)
    {
        var kernel = ProcessKernel.Start(out var error);
        try
        {
            return kernel is null ? error : (nint)kernel.Issue(iocb, iocbBytes, eventBuffer, eventBytes, flags);
        }
        catch (OutOfMemoryException)
        {
            return -Errno.ENOMEM;
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "aio2_managed_list2")]
    private static nint List(uint ctx, ulong* cursor, void* buffer, nuint bytes) =>
        ProcessKernel.Calls is { } kernel ? (nint)kernel.List(ctx, cursor, buffer, bytes) : -Errno.ENXIO;

    [UnmanagedCallersOnly(EntryPoint = "aio2_managed_probe2")]
    private static nint Probe(uint what, void* buffer, nuint bytes)
    {
        var kernel = ProcessKernel.Start(out var error);
        return kernel is null ? error : (nint)kernel.Probe(what, buffer, bytes);
    }

    [UnmanagedCallersOnly(EntryPoint = "aio2_managed_ring_ctl2")]
    private static nint RingCtl(uint ctx, uint op, ulong arg) =>
        ProcessKernel.Calls is { } kernel ? (nint)kernel.RingCtl(ctx, op, arg) : -Errno.ENXIO;
}
