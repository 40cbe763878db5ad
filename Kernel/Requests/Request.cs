using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Kernel.Linux;

namespace AioV2.Kernel.Requests;

/// <summary>One accepted iocb, from submit until its event is delivered: a block of native memory that holds all it will need.</summary>
/// <remarks><code>
///  0                     SizeOf        SizeOf+IocbBytes     EventAt            VecAt        bytes
///  +---------------------+-------------+--------------------+------------------+-------------
///  | this header         | iocb, copied byte for byte       | event, prefilled | segments …
///  +---------------------+-------------+--------------------+------------------+-------------
/// </code>
/// <para>Invariants. A block belongs to exactly one list at a time through <see cref="Next"/> (free, batch, engine queue,
/// overflow or ready list) and, from admission to delivery, also to the context's outstanding list. Between admission and
/// completion the engine alone writes <see cref="Res"/> and what stands under "engine"; it must not touch the block after
/// it has handed it to <see cref="Contexts.Context.CompletePass"/>. A block may also stand for several requests that have
/// ended (<see cref="NopRun"/>). Nothing in the block is ever mapped to user space.</para></remarks>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct Request
{
    /// <summary>Bytes of this header.</summary>
    public const int SizeOf = 168;

    /// <summary>A value of <see cref="Priority"/> that is no priority.</summary>
    public const ushort PriorityRefused = ushort.MaxValue;

    /// <summary>The list that the block is on now.</summary>
    public Request* Next;

    /// <summary>The context's outstanding list, in the order of submission.</summary>
    public Request* OlderOutstanding;

    /// <inheritdoc cref="OlderOutstanding"/>
    public Request* NewerOutstanding;

    /// <summary>Handle of the context that owns the request.</summary>
    public nint Owner;

    /// <summary>The open file that the request holds, or null.</summary>
    public HeldFile* File;

    /// <summary>Number of the request in its context, in the order of submission.</summary>
    public ulong Id;

    /// <summary>The result once it is decided.</summary>
    public long Res;

    /// <summary>Bytes of data asked for in all.</summary>
    public ulong DataBytes;

    /// <summary>File offset of the first byte, or -1.</summary>
    public long Offset;

    /// <summary>Bytes moved so far: by a first attempt, or by the parts of a continued transfer.</summary>
    public ulong Transferred;

    /// <summary>When it was accepted, CLOCK_MONOTONIC ns; not 0 at submit if a reading is at hand that still holds.</summary>
    public long SubmitTime;

    /// <summary>The newest stamp of TIMING: when the engine began it, and once it has ended, when that was; 0 before.</summary>
    public long IssueTime;

    /// <summary>Of a recorded request when the engine began it, CLOCK_MONOTONIC ns, -1 before; 0 of one that is not recorded.</summary>
    public long TraceIssued;

    /// <summary>One of <see cref="RequestState"/>; an int for compare-and-swap.</summary>
    public int State;

    /// <summary>RWF_* of the iocb.</summary>
    public uint RwFlags;

    public RequestTraits Traits;

    /// <summary>Short transfers continued, and attempts repeated (RETRY).</summary>
    public ushort Continued;

    /// <inheritdoc cref="Continued"/>
    public ushort Retried;

    public ushort Opcode;
    public ushort IocbBytes;
    public ushort EventBytes;
    public ushort SegmentCount;
    public ushort AttributeCount;
    public byte SizeClass;

    /// <summary>MULTI: whether the final event waits until <see cref="Edges"/> are posted. Not 0: it does.</summary>
    public byte FinalWaits;

    /// <summary>The errno that a cancel ends the request with where it is not ECANCELED; else 0. Written before the cancel is told.</summary>
    public ushort CancelErrno;

    /// <summary>The I/O priority asked for, as ioprio_set(2) has it; 0 for none. The engine writes
    /// <see cref="PriorityRefused"/> where it could not be had.</summary>
    public ushort Priority;

    /// <summary>MULTI: edges that came while the event with MORE was being copied out. Under the context's lock.</summary>
    public ushort Edges;

    /// <summary>Its place among the context's deadlines, from 1; 0 without one. Under the context's lock.</summary>
    public int DeadlinePlace;

    /// <summary>For the engine's own use while the request is its.</summary>
    public ulong EngineWord;

    /// <inheritdoc cref="EngineWord"/>
    public Request* EnginePrevious;

    /// <inheritdoc cref="EngineWord"/>
    public Request* EngineLink;

    /// <summary>The iocb as it was submitted.</summary>
    public static Iocb2* Iocb(Request* r) => (Iocb2*)((byte*)r + SizeOf);

    /// <summary>The event, with the returns prefilled at submit (ATTR-2).</summary>
    public static IoEvent2* Event(Request* r) => (IoEvent2*)((byte*)r + SizeOf + r->IocbBytes);

    /// <summary>The kernel's copy of the segments; there is always at least one for an operation that moves data.</summary>
    public static Iovec* Segments(Request* r) => (Iovec*)((byte*)r + SizeOf + r->IocbBytes + r->EventBytes);

    /// <summary>Bytes of a block for these parts.</summary>
    public static int BlockBytes(int iocbBytes, int eventBytes, int segments) =>
        SizeOf + iocbBytes + eventBytes + (segments * sizeof(Iovec));
}
