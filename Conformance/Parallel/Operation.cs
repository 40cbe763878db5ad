namespace AioV2.Conformance.Parallel;

/// <summary>An event as it reached somebody, or a request as io_list2 showed it.</summary>
/// <param name="UserData">Whose it is.</param>
/// <param name="Res">The result.</param>
/// <param name="Position">Where it was taken from the ring: head before; 0 for events of calls. Of io_list2: the request's state.</param>
/// <param name="Next">head after.</param>
public readonly record struct OperationEvent(ulong UserData, long Res, ulong Position, ulong Next);

/// <summary>One operation of a recorded round.</summary>
/// <param name="Kind">What was done.</param>
/// <param name="Context">To which context of the round, from 0.</param>
/// <param name="Thread">By which thread, from 0.</param>
/// <param name="Invoke">The stamp before.</param>
/// <param name="Return">The stamp after; <see cref="Linearize.Interval{TStep}.Pending"/> where it never returned.</param>
/// <param name="Result">What the call answered; bytes for a reap.</param>
/// <param name="A">Submit, cancel, feed: the first request. Get: bytes of room. Look: the flags. Reap: the flags where it found nothing. Resize, GetRing: the new ring's start.</param>
/// <param name="B">Submit: how many. Get: min_bytes. Look: the tail. Reap: head where it found nothing. Resize, GetRing: the new ring's generation.</param>
/// <param name="C">Get: the timeout in ns, -1 for none. Look, reap: the ring's generation. Resize: the bytes asked for.</param>
/// <param name="ElapsedNs">How long it took.</param>
/// <param name="Events">What was taken or listed.</param>
public sealed record Operation(
    OperationKind Kind, int Context, int Thread, long Invoke, long Return, long Result, long A, long B, long C, long ElapsedNs, IReadOnlyList<OperationEvent> Events);
