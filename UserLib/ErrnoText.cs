using System.Runtime.InteropServices;
using AioV2.Abi;

namespace AioV2.UserLib;

/// <summary>How an errno is told to people: its name and what it means.</summary>
internal static class ErrnoText
{
    /// <summary>E.g. <c>ENOSPC (no space left)</c>; an errno that the ABI does not name is told by the C library.</summary>
    internal static string Of(int errno) => Errno.NameOf(errno) is { } name
        ? $"{name} ({Errno.TextOf(errno)})"
        : $"errno {errno} ({Marshal.GetPInvokeErrorMessage(errno)})";
}
