namespace AioV2.Kernel.Linux;

/// <summary>Requests that the system runs and ends by itself, as its first AIO does.</summary>
internal unsafe interface IAioQueue : IDisposable
{
    /// <summary>io_submit(2): how many were taken, the first ones, or <c>-errno</c> of the first. Any thread.</summary>
    int Submit(AioIocb** iocbs, int count);

    /// <summary>Takes what has ended first; false, if there is nothing. One thread at a time.</summary>
    /// <param name="data">What the iocb had there.</param>
    /// <param name="result">Bytes, or <c>-errno</c>.</param>
    bool TryTake(out ulong data, out long result);
}
