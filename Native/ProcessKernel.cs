using AioV2.Abi;
using AioV2.Kernel;
using AioV2.Kernel.Memory;

namespace AioV2.Native;

/// <summary>The one kernel of this process, made by the first call that needs one.</summary>
/// <remarks>Pointers are checked: a C program's bad one is <c>-EFAULT</c>. The engine comes from the environment variable
/// <c>AIO2_ENGINE</c>: auto, io_uring, threads or simulated. One that is unknown or does not work here makes every call that
/// would start the kernel answer <c>-EOPNOTSUPP</c>.</remarks>
internal static class ProcessKernel
{
    private static readonly Lock Gate = new();
    private static EmbeddedKernel? kernel;

    /// <summary>The kernel if there is one.</summary>
    public static EmbeddedKernel? Running => Volatile.Read(ref kernel);

    /// <summary>The kernel, or null and <c>-errno</c>.</summary>
    public static EmbeddedKernel? Start(out int error)
    {
        error = 0;
        return Running ?? StartFirst(out error);
    }

    private static EmbeddedKernel? StartFirst(out int error)
    {
        error = 0;
        lock (Gate)
        {
            if (kernel is not null)
            {
                return kernel;
            }

            if (EngineOf(Environment.GetEnvironmentVariable("AIO2_ENGINE")) is not { } engine)
            {
                error = -Errno.EOPNOTSUPP;
                return null;
            }

            try
            {
                var made = EmbeddedKernel.Create(new KernelOptions { Engine = engine, Policy = UserMemoryPolicy.Checked });
                Volatile.Write(ref kernel, made);
                return made;
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
