namespace AioV2.Conformance.Calls;

/// <summary>One step of a sequence: one of the nine calls, or what the user does between them.</summary>
/// <remarks>Contexts are named by slots, 0 to <see cref="Slots"/> - 1, whatever ids the implementation gives; slot
/// <see cref="NoSuch"/> is an id that was never given. Descriptors and addresses are those of the world's layout.</remarks>
public abstract record Step
{
    /// <summary>Contexts that a sequence may have at once.</summary>
    public const int Slots = 4;

    /// <summary>The slot of an id that was never given.</summary>
    public const byte NoSuch = 255;
}

/// <summary>io_setup2. <c>Params</c> is what stands in memory, <c>Size</c> what the call is told.</summary>
public sealed record SetupStep(byte Slot, uint Version, uint Flags, byte[] Params, uint Size, Pointer At = Pointer.Good) : Step;

/// <summary>io_destroy2.</summary>
public sealed record DestroyStep(byte Slot) : Step;

/// <summary>io_submit2 of <c>Iocbs</c>; <c>Misalign</c> moves the buffer by so many bytes; <c>ExtSize</c> is what ext says of itself.</summary>
public sealed record SubmitStep(byte Slot, byte[] Iocbs, Pointer At = Pointer.Good, byte Misalign = 0, Pointer Ext = Pointer.Good, uint ExtSize = 32) : Step;

/// <summary>io_getevents2 into a buffer of which only the first <c>Good</c> bytes can be written.</summary>
/// <remarks><c>Wait</c> is the bytes of an aio2_wait, or null for NULL.</remarks>
public sealed record GetStep(byte Slot, uint Bytes, uint MinBytes, byte[]? Wait, uint Good, Pointer At = Pointer.Good, Pointer WaitAt = Pointer.Good, uint Flags = 0) : Step;

/// <summary>Reaps until all events that are surely owed have come, through the ring or through the call.</summary>
/// <remarks>How many those are is computed by the model when the sequence is lowered: <c>Owed</c> counts the final
/// events of this context from its start.</remarks>
public sealed record DrainStep(byte Slot, bool ThroughRing, int Owed = 0) : Step;

/// <summary>Reaps at most <c>Max</c> events from the ring's memory, without a call.</summary>
public sealed record ReapStep(byte Slot, ushort Max) : Step;

/// <summary>Writes bytes at an offset of the Meta area, e.g. an iovec array.</summary>
public sealed record PokeStep(uint At, byte[] Bytes) : Step;

/// <summary>Writes bytes into a pipe, which lets a read of it complete.</summary>
public sealed record FeedStep(byte Pipe, ushort Count) : Step;

/// <summary>io_probe2.</summary>
public sealed record ProbeStep(uint What, uint Bytes, Pointer At = Pointer.Good) : Step;

/// <summary>io_ring_ctl2.</summary>
public sealed record CtlStep(byte Slot, uint Op, ulong Arg) : Step;

/// <summary>io_cancel2.</summary>
public sealed record CancelStep(byte Slot, ulong UserData, uint Flags) : Step;
