using AioV2.Kernel.Requests;

namespace AioV2.Kernel.Engines.IoUring;

/// <summary>Requests that other threads give to the engine's thread, without a lock: pushed one chain at a time, taken all at once.</summary>
/// <remarks>Taking everything leaves no ABA window: nobody compares against a pointer inside the stack.</remarks>
internal unsafe struct RequestStack
{
    private ulong _top;

    /// <summary>Whether there is something to take.</summary>
    public bool IsEmpty => Volatile.Read(ref _top) == 0;

    /// <summary>Pushes requests that are linked by Next, the last one pointing to anything.</summary>
    public void Push(Request* first, Request* last)
    {
        ulong seen;
        do
        {
            seen = Volatile.Read(ref _top);
            last->Next = (Request*)seen;
        }
        while (Interlocked.CompareExchange(ref _top, (ulong)first, seen) != seen);
    }

    /// <summary>Pushes one request through its engine link: it may stand in a list of the engine's by Next.</summary>
    public void PushByEngineLink(Request* r)
    {
        ulong seen;
        do
        {
            seen = Volatile.Read(ref _top);
            r->EngineLink = (Request*)seen;
        }
        while (Interlocked.CompareExchange(ref _top, (ulong)r, seen) != seen);
    }

    /// <summary>Takes all, the newest first.</summary>
    public Request* TakeAll() => (Request*)Interlocked.Exchange(ref _top, 0);

    /// <summary>Turns a chain round.</summary>
    public static Request* Reversed(Request* chain)
    {
        Request* first = null;
        while (chain != null)
        {
            var next = chain->Next;
            chain->Next = first;
            first = chain;
            chain = next;
        }

        return first;
    }
}
