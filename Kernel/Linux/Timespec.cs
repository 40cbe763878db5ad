using System.Runtime.InteropServices;

namespace AioV2.Kernel.Linux;

/// <summary>struct timespec of the 64-bit architectures.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Timespec
{
    public long Seconds;
    public long Nanoseconds;

    /// <summary>Splits nanoseconds, which must not be negative.</summary>
    public static Timespec FromNanoseconds(long nanoseconds) => new()
    {
        Seconds = nanoseconds / 1_000_000_000,
        Nanoseconds = nanoseconds % 1_000_000_000,
    };

    /// <summary>The whole in nanoseconds.</summary>
    public readonly long ToNanoseconds() => (Seconds * 1_000_000_000) + Nanoseconds;
}
