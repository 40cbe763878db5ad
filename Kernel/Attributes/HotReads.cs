using AioV2.Abi;

namespace AioV2.Kernel.Attributes;

/// <summary>Reads of one shape that ended inside the call that submitted them, without becoming requests: what an attribute of theirs
/// is told. Payloads and returns stand in the records and in the events, one behind the other.</summary>
internal readonly unsafe struct HotReads(long* results, long* stamps, int count, int iocbBytes, int eventBytes)
{
    /// <summary>How many.</summary>
    public int Count => count;

    /// <summary>Bytes that one has read; all of them were at hand.</summary>
    public long Bytes(int read) => results[read];

    /// <summary>When one was accepted and begun, CLOCK_MONOTONIC ns.</summary>
    public long Begun(int read) => stamps[read];

    /// <summary>When one had ended: the next is begun then.</summary>
    public long Ended(int read) => stamps[read + 1];

    /// <summary>The payload of the next.</summary>
    public byte* Next(byte* payload) => payload + iocbBytes;

    /// <summary>The return of the next.</summary>
    public Aio2AttrRet* Next(Aio2AttrRet* ret) => (Aio2AttrRet*)((byte*)ret + eventBytes);
}
