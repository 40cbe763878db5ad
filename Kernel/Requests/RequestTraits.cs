namespace AioV2.Kernel.Requests;

/// <summary>What the kernel found out about a request at submit.</summary>
[Flags]
internal enum RequestTraits : uint
{
    None = 0,

    /// <summary>The descriptor is a regular file or a block device: transfers are continued and cannot be waited for by polling.</summary>
    Seekable = 1,

    /// <summary>The descriptor has no positions (pipe, socket, terminal…): only offset -1 fits it.</summary>
    Stream = 2,

    /// <summary>The description has O_NONBLOCK: one attempt, and -EAGAIN is its result.</summary>
    NonBlocking = 4,

    /// <summary>The description has O_DIRECT: never attempted inline.</summary>
    Direct = 8,

    /// <summary>Some attribute has work at issue, without which not even an attempt may be made.</summary>
    HooksAtIssue = 16,

    /// <summary>Some attribute has work at completion.</summary>
    HooksAtComplete = 32,

    /// <summary>The descriptor is open for writing.</summary>
    Writable = 64,

    /// <summary>Neither a regular file nor a block device nor a directory: it may have to be waited for, by polling.</summary>
    Pollable = 128,

    /// <summary>A regular file.</summary>
    Regular = 256,

    /// <summary>A regular file on tmpfs, as this call's look at it has shown: always resident, and takes no RWF_NOWAIT.</summary>
    Tmpfs = 512,

    /// <summary>On a protected file, by the protected path: a pool's worker runs it whatever the engine is (ATTR-8).</summary>
    Protected = 1024,

    /// <summary>No request, but the event with MORE of a MULTI poll.</summary>
    More = 2048,

    /// <summary>A MULTI poll, which has such an event beside its own.</summary>
    HasMore = 4096,

    /// <summary>A non-blocking attempt was made inside submit: <see cref="Request.Transferred"/> bytes were at hand. CACHE's work
    /// at issue takes it off, so that at completion it says that the attempt was all there was.</summary>
    Attempted = 8192,

    /// <summary>Some attribute's work at completion takes long: a reading of the clock before it says nothing of the time behind it.</summary>
    LongAtComplete = 16384,

    /// <summary>Some attribute has work at issue that an attempt inside submit can do without: it is needed only when an engine
    /// begins the request.</summary>
    HooksInEngine = 32768,

    /// <summary>No request, but the events of bare NOPs side by side in one block (<see cref="NopRun"/>).</summary>
    Run = 65536,
}
