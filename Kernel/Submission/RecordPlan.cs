using AioV2.Kernel.Requests;

namespace AioV2.Kernel.Submission;

/// <summary>What validation found out about one record: all that is needed to admit it, and nothing that must be undone.</summary>
internal struct RecordPlan
{
    /// <summary>Where it stands in the run, bytes.</summary>
    public int Offset;

    /// <summary>Bytes of the record.</summary>
    public int IocbBytes;

    /// <summary>Bytes of its event (ATTR-6).</summary>
    public int EventBytes;

    /// <summary>Place in the <see cref="DescriptorTable"/>, or -1.</summary>
    public int Descriptor;

    /// <summary>Segments of data; where a vectored operation's begin in the scratch.</summary>
    public int Segments;
    public int SegmentsAt;
    public ulong DataBytes;

    /// <summary>Where in the record the attribute stands that the caller may not use; 0 if there is none. Refused only where
    /// ERR-1 has permission: behind descriptor and access mode.</summary>
    public int NotPermittedAt;

    /// <summary>It needs no file and makes no call.</summary>
    public readonly bool EndsAtOnce => Descriptor < 0 && Segments == 0;

    public int AttributeCount;
    public RequestTraits Traits;

    /// <summary>Bytes of the data that an attempt has moved (<see cref="HotMiss"/>).</summary>
    public ulong Transferred;

    /// <summary>With SUBMIT_ALL: the <c>-errno</c> that its event carries; else 0.</summary>
    public int Refused;
}
