namespace AioV2.Kernel.Devices;

/// <summary>Why a protected file cannot be used (ATTR-8).</summary>
public enum ProtectionFault
{
    /// <summary>It can.</summary>
    None = 0,

    /// <summary>The data file has no <c>user.aio2.pi</c>: it is not protected. <c>-EINVAL</c>.</summary>
    NotProtected,

    /// <summary>The attribute is of no format that is known here. <c>-EINVAL</c>.</summary>
    UnknownFormat,

    /// <summary>There is no file of the sidecar's name. <c>-ENOENT</c>.</summary>
    SidecarMissing,

    /// <summary>The sidecar cannot be opened: the system's errno.</summary>
    SidecarUnreachable,

    /// <summary>Not a sidecar, or its header is damaged. <c>-EUCLEAN</c>.</summary>
    SidecarDamaged,

    /// <summary>A sidecar, but of another file or format. <c>-ESTALE</c>.</summary>
    SidecarForeign,

    /// <summary>The sidecar ends before the last interval's record. <c>-EUCLEAN</c>.</summary>
    SidecarTruncated,

    /// <summary>The data file ends before its last interval. <c>-EUCLEAN</c>.</summary>
    DataTruncated,
}
