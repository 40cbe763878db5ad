namespace AioV2.Kernel.Engines.Calls;

/// <summary>What SYSCALL waits for by polling before it makes a call.</summary>
internal enum CallWait
{
    /// <summary>Nothing: the call ends unaided.</summary>
    None,
    Input,
    Output,

    /// <summary>The end of a connection attempt that was begun without blocking.</summary>
    Connection,
}

/// <summary>A call that SYSCALL may run (SUBMIT-7): its number here, and which of its arguments are descriptors.</summary>
/// <param name="Name">As PROBE tells it.</param>
/// <param name="X64">Number on x86-64.</param>
/// <param name="Arm64">Number on arm64.</param>
/// <param name="Files">A bit for each argument that is an open file, which the request holds (SUBMIT-2).</param>
/// <param name="Directories">A bit for each argument that a path starts from: AT_FDCWD and, before an absolute path, anything is fine.</param>
/// <param name="Wait">Whether it is polled first.</param>
internal readonly record struct AllowedCall(string Name, ushort X64, ushort Arm64, byte Files, byte Directories, CallWait Wait = CallWait.None);
