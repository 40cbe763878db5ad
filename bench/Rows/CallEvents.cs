using AioV2.Abi;

namespace AioV2.Bench.Rows;

/// <summary>Events by <c>io_getevents2</c>.</summary>
internal sealed unsafe class CallEvents(ContextUnderTest context) : IEventSource
{
    /// <inheritdoc/>
    public int Take(byte* buffer, int bytes, bool wait) => context.GetEvents(buffer, bytes, wait ? IoEvent2.SizeOf : 0);
}
