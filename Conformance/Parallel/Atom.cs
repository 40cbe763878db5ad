namespace AioV2.Conformance.Parallel;

/// <summary>The steps that operations consist of, each of which takes effect at one moment.</summary>
public enum AtomKind : byte
{
    /// <summary>A call that did not say -ENXIO found the context alive.</summary>
    Enter,

    /// <summary>A call said -ENXIO.</summary>
    Gone,

    /// <summary>A request was accepted.</summary>
    Accept,

    /// <summary>A request was refused with -EAGAIN.</summary>
    Full,

    /// <summary>The rest of a submission was not accepted, and why is not told.</summary>
    Stopped,

    /// <summary>An event was copied out by the call.</summary>
    Take,

    /// <summary>An event was taken from the ring's memory: A is head before, B after.</summary>
    RingTake,

    /// <summary>A reaper found nothing, and by RING-8 there was nothing: A is head, which was tail.</summary>
    Empty,

    /// <summary>A call found nothing to copy out.</summary>
    Nothing,

    /// <summary>A call said -EMSGSIZE: there is an event.</summary>
    TooBig,

    /// <summary>The ring's flags (A) and tail (B) of generation C.</summary>
    Look,

    /// <summary>A request was told to cancel.</summary>
    Told,

    /// <summary>-ENOENT: no request with this user_data is undecided.</summary>
    NoMatch,

    /// <summary>-EALREADY: it runs and cannot be stopped.</summary>
    Unstoppable,

    /// <summary>The bytes that a request waits for were written.</summary>
    Fed,

    /// <summary>RESIZE made ring A, whose positions start at B.</summary>
    Resized,

    /// <summary>RESIZE said -EBUSY.</summary>
    MoveBusy,

    /// <summary>GET_RING told of ring A.</summary>
    Ring,

    /// <summary>RELEASE freed the old ring.</summary>
    Released,

    /// <summary>RELEASE said -EBUSY.</summary>
    ReleaseBusy,

    /// <summary>RELEASE said -EINVAL: there is nothing to free.</summary>
    NothingToRelease,

    /// <summary>io_list2 showed a request; A is 1 where it is DONE.</summary>
    Listed,

    /// <summary>Destroy began.</summary>
    Kill,

    /// <summary>Destroy ended.</summary>
    Ended,

    /// <summary>All threads are joined, all reads are fed, and nothing more came.</summary>
    AllCame,

    /// <summary>Bytes written into a pipe after destroy: A is 1 where nobody took them.</summary>
    Untouched,
}

/// <summary>One step with its operands.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Request">The request's number, where it has one; -1 for a user_data that nobody submitted.</param>
/// <param name="Res">The event's result.</param>
/// <param name="A">See <see cref="AtomKind"/>.</param>
/// <param name="B">See <see cref="AtomKind"/>.</param>
/// <param name="C">See <see cref="AtomKind"/>.</param>
public readonly record struct Atom(AtomKind Kind, int Request = -1, long Res = 0, ulong A = 0, ulong B = 0, uint C = 0);
