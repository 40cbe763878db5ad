namespace AioV2.Bench.Rows;

/// <summary>A way to get at events.</summary>
internal unsafe interface IEventSource
{
    /// <summary>Copies whole events to the buffer and returns their bytes.</summary>
    /// <param name="buffer">Where they go.</param>
    /// <param name="bytes">Room for them.</param>
    /// <param name="wait">Whether to wait until there is one, or to return 0 if there is none.</param>
    int Take(byte* buffer, int bytes, bool wait);
}
