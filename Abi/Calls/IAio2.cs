namespace AioV2.Abi.Calls;

/// <summary>The nine calls. Every implementation, embedded or loaded from a library, is one of these.</summary>
/// <remarks>
/// System-call semantics: each returns a value of 0 or more, or <c>-errno</c>; nothing throws. Pointers are the
/// caller's and need not be valid: with the <i>checked</i> policy a bad one is <c>-EFAULT</c> (ERR-1). Sizes are
/// bytes. All members may be called from any thread at once.
/// </remarks>
public unsafe interface IAio2
{
    /// <summary>Makes a context (SETUP-1…12). The first published size of params is 96 bytes.</summary>
    long Setup(uint version, uint flags, Aio2Params* parameters, nuint size);

    /// <summary>Ends a context: cancels what can be, waits for the rest (DESTROY-1).</summary>
    long Destroy(uint ctx);

    /// <summary>Submits a packed run of iocbs; returns the bytes accepted (SUBMIT-1…8).</summary>
    long Submit(uint ctx, void* iocbs, nuint bytes, Aio2Extack* ext);

    /// <summary>Waits for <paramref name="minBytes"/> of events and takes whole records (GET-1…6).</summary>
    long GetEvents(uint ctx, void* events, nuint bytes, nuint minBytes, Aio2Wait* wait, uint flags);

    /// <summary>Cancels by user_data or descriptor; returns how many were told to (CANCEL-1).</summary>
    long Cancel(uint ctx, ulong userData, uint flags);

    /// <summary>Runs one iocb synchronously and writes its event; returns the event's bytes (ISSUE-1).</summary>
    long Issue(void* iocb, nuint iocbBytes, void* eventBuffer, nuint eventBytes, uint flags);

    /// <summary>Walks the outstanding requests; returns the bytes of records written (LIST-1).</summary>
    long List(uint ctx, ulong* cursor, void* buffer, nuint bytes);

    /// <summary>Describes the implementation; returns the bytes of the answer (PROBE-1).</summary>
    long Probe(uint what, void* buffer, nuint bytes);

    /// <summary>RESIZE, GET_RING, RELEASE and the eventfd (RING-10, RING-11).</summary>
    long RingCtl(uint ctx, uint op, ulong arg);
}
