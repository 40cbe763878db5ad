namespace AioV2.Kernel.Devices;

/// <summary>What a file's <c>user.aio2.pi</c> says (ATTR-8).</summary>
internal enum MarkState
{
    /// <summary>Not looked at yet.</summary>
    Unread = 0,

    /// <summary>There is none: an ordinary file.</summary>
    None,

    /// <summary>The file is protected, in a known format.</summary>
    Known,

    /// <summary>There is one, but of no format that is known here: nothing that would need it is let through.</summary>
    Unknown,
}
