using System.Runtime.InteropServices;

namespace AioV2.Cli.Posix;

/// <summary>A moment as <c>struct statx_timestamp</c> has it.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
public readonly struct FileTime
{
    /// <summary>Seconds since 1970.</summary>
    [FieldOffset(0)] public readonly long Seconds;

    /// <summary>Nanoseconds, 0 to 999999999.</summary>
    [FieldOffset(8)] public readonly uint Nanoseconds;
}
