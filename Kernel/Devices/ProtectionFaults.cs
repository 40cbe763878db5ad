using AioV2.Abi;

namespace AioV2.Kernel.Devices;

/// <summary>Errno and words of a <see cref="ProtectionFault"/>.</summary>
public static class ProtectionFaults
{
    /// <summary>The <c>-errno</c> that a request gets; for <see cref="ProtectionFault.SidecarUnreachable"/> the system's own.</summary>
    public static int ToErrno(this ProtectionFault fault, int systemError = -Errno.EIO) => fault switch
    {
        ProtectionFault.None => 0,
        ProtectionFault.NotProtected or ProtectionFault.UnknownFormat => -Errno.EINVAL,
        ProtectionFault.SidecarMissing => -Errno.ENOENT,
        ProtectionFault.SidecarForeign => -Errno.ESTALE,
        ProtectionFault.SidecarUnreachable => systemError,
        _ => -Errno.EUCLEAN,
    };

    /// <summary>What is wrong, in words that name the files.</summary>
    public static string Describe(this ProtectionFault fault, string data, string sidecar) => fault switch
    {
        ProtectionFault.NotProtected => $"{data} is not protected: it has no user.aio2.pi",
        ProtectionFault.UnknownFormat => $"{data} has a user.aio2.pi of an unknown format",
        ProtectionFault.SidecarMissing => $"the sidecar {sidecar} of {data} is missing",
        ProtectionFault.SidecarUnreachable => $"the sidecar {sidecar} of {data} cannot be opened",
        ProtectionFault.SidecarDamaged => $"the header of the sidecar {sidecar} is damaged",
        ProtectionFault.SidecarForeign => $"the sidecar {sidecar} is foreign: it belongs to another file than {data}",
        ProtectionFault.SidecarTruncated => $"the sidecar {sidecar} is truncated",
        ProtectionFault.DataTruncated => $"{data} is truncated: it is shorter than its sidecar says",
        _ => $"{data} is protected",
    };
}
