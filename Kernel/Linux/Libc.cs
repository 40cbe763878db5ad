using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AioV2.Kernel.Linux;

/// <summary>The C library's calls as system calls look from inside: a result of 0 or more, or <c>-errno</c>.</summary>
/// <remarks>
/// <para>The imports are blittable and do not ask for <c>SetLastError</c>: the runtime keeps errno intact across the
/// transition back to managed code, so it is read only when a call has failed and success costs nothing extra.</para>
/// <para><c>SuppressGCTransition</c> stands only on calls that cannot sleep.</para>
/// </remarks>
internal static unsafe partial class Libc
{
    private const string Name = "libc";

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Result(int result) => result == -1 ? -Marshal.GetLastSystemError() : result;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint Result(nint result) => result == -1 ? -Marshal.GetLastSystemError() : result;

    private static bool IsArm64 => RuntimeInformation.ProcessArchitecture == Architecture.Arm64;
}
