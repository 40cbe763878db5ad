using AioV2.Abi;
using AioV2.Abi.Calls;
using AioV2.Kernel;
using AioV2.Kernel.Memory;
using AioV2.Kernel.Tracing;

namespace AioV2.Native;

/// <summary>The one kernel of this process, made by the first call that needs one.</summary>
/// <remarks>Pointers are checked: a C program's bad one is <c>-EFAULT</c>. The engine comes from the environment variable
/// <c>AIO2_ENGINE</c>: auto, io_uring, threads or simulated. One that is unknown or does not work here makes every call that
/// would start the kernel answer <c>-EOPNOTSUPP</c>. <c>AIO2_TRACE</c> names a file to record to; a program that runs with rights of
/// another user than its caller's does not look at it.</remarks>
internal static class ProcessKernel
{
    private static readonly Lock Gate = new();
    private static EmbeddedKernel? kernel;
    private static IAio2? calls;
    private static KernelTrace? trace;

    /// <summary>The kernel if there is one.</summary>
    public static EmbeddedKernel? Running => Volatile.Read(ref kernel);

    /// <summary>Its calls, recorded if that is wanted, if there is one.</summary>
    public static IAio2? Calls => Volatile.Read(ref calls);

    /// <summary>The calls, or null and <c>-errno</c>.</summary>
    public static IAio2? Start(out int error)
    {
        error = 0;
        return Calls ?? StartFirst(out error);
    }

    /// <summary>Records to a file from the first call on; one that is there belongs to another process, and gets a neighbour.</summary>
    public static void Record(string path)
    {
        var wanted = Environment.GetEnvironmentVariable("AIO2_ENGINE") is { Length: > 0 } name ? name : "auto";
        try
        {
            trace = Open(path, wanted) ?? Open($"{path}.{Environment.ProcessId}", wanted);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            Console.Error.WriteLine($"libaio2: AIO2_TRACE={path} cannot be written ({e.GetType().Name}): nothing is recorded");
        }
    }

    /// <summary>The process ends: so does the recording.</summary>
    public static void Stop()
    {
        trace?.Dispose();
        if (trace?.Error is { } error)
        {
            Console.Error.WriteLine($"libaio2: the trace has no end: {error}");
        }
    }

    private static KernelTrace? Open(string path, string engine)
    {
        try
        {
            return KernelTrace.Create(path, engine, replace: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
    }

    private static IAio2? StartFirst(out int error)
    {
        error = 0;
        lock (Gate)
        {
            if (calls is not null)
            {
                return calls;
            }

            if (EngineOf(Environment.GetEnvironmentVariable("AIO2_ENGINE")) is not { } engine)
            {
                error = -Errno.EOPNOTSUPP;
                return null;
            }

            try
            {
                var made = EmbeddedKernel.Create(new KernelOptions { Engine = engine, Policy = UserMemoryPolicy.Checked, Trace = trace });
                Volatile.Write(ref kernel, made);
                Volatile.Write(ref calls, trace?.Calls(made) ?? made);
                return calls;
            }
            catch (NotSupportedException)
            {
                error = -Errno.EOPNOTSUPP;
            }
            catch (Exception e) when (e is OutOfMemoryException or InvalidOperationException or IOException)
            {
                error = -Errno.ENOMEM;
            }

            return null;
        }
    }

    private static EngineKind? EngineOf(string? name) => name switch
    {
        null or "" or "auto" => EngineKind.Auto,
        "io_uring" => EngineKind.IoUring,
        "threads" => EngineKind.Threads,
        "simulated" => EngineKind.Simulated,
        _ => null,
    };
}
