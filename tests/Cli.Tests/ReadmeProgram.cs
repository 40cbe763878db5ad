using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Kernel;

namespace AioV2.Cli.Tests;

/// <summary>Runs the README's C program against an embedded kernel: <c>tests/c/example_calls.c</c> is its only library.</summary>
internal static unsafe class ReadmeProgram
{
    private static EmbeddedKernel _kernel = null!;

    /// <summary>Runs its main; gives its result and what it printed.</summary>
    public static (int Result, string Printed) Run(string library)
    {
        using var kernel = EmbeddedKernel.Create();
        _kernel = kernel;
        var handle = NativeLibrary.Load(library);
        Set(handle, "test_setup2", (nint)(delegate* unmanaged[Cdecl]<uint, uint, Aio2Params*, nuint, nint>)&Setup);
        Set(handle, "test_destroy2", (nint)(delegate* unmanaged[Cdecl]<uint, nint>)&Destroy);
        Set(handle, "test_submit2", (nint)(delegate* unmanaged[Cdecl]<uint, void*, nuint, Aio2Extack*, nint>)&Submit);
        Set(handle, "test_getevents2", (nint)(delegate* unmanaged[Cdecl]<uint, void*, nuint, nuint, Aio2Wait*, uint, nint>)&GetEvents);
        var main = (delegate* unmanaged[Cdecl]<int>)NativeLibrary.GetExport(handle, "example_main");
        return (main(), Marshal.PtrToStringUTF8(NativeLibrary.GetExport(handle, "example_output"))!);
    }

    private static void Set(nint library, string pointer, nint function) => *(nint*)NativeLibrary.GetExport(library, pointer) = function;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint Setup(uint version, uint flags, Aio2Params* parameters, nuint size) => (nint)_kernel.Setup(version, flags, parameters, size);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint Destroy(uint ctx) => (nint)_kernel.Destroy(ctx);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint Submit(uint ctx, void* iocbs, nuint bytes, Aio2Extack* ext) => (nint)_kernel.Submit(ctx, iocbs, bytes, ext);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint GetEvents(uint ctx, void* events, nuint bytes, nuint minBytes, Aio2Wait* wait, uint flags) =>
        (nint)_kernel.GetEvents(ctx, events, bytes, minBytes, wait, flags);
}
