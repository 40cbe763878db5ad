namespace AioV2.Abi;

/// <summary>An error of the ABI as C# code meets it: errno, reason code and byte offset.</summary>
public sealed class Aio2Exception : Exception
{
    /// <summary>An error with a message of its own.</summary>
    public Aio2Exception(int errno, string message, Exception? inner = null)
        : base(message, inner) => Errno = errno;

    /// <summary>What a call answered, with what its <c>ext</c> said (SUBMIT-5).</summary>
    /// <param name="call">Name of the call, e.g. <c>io_submit2</c>.</param>
    /// <param name="errno">Positive.</param>
    /// <param name="reason"><see cref="Aio2Reason"/>.</param>
    /// <param name="offset">Bytes from the start of what was passed to the offending field; -1 if not known.</param>
    /// <param name="advice">What to do about it; null where that is plain.</param>
    public Aio2Exception(string call, int errno, uint reason = Aio2Reason.None, long offset = -1, string? advice = null)
        : base(advice is null ? Text(call, errno, reason, offset) : $"{Text(call, errno, reason, offset)}. {advice}")
    {
        Errno = errno;
        Reason = reason;
        Offset = offset;
    }

    /// <summary>The error number, positive.</summary>
    public int Errno { get; }

    /// <summary>One of <see cref="Aio2Reason"/>.</summary>
    public uint Reason { get; }

    /// <summary>Bytes from the start of what was passed, or -1.</summary>
    public long Offset { get; } = -1;

    private static string Text(string call, int errno, uint reason, long offset)
    {
        string text = $"{call}: {Abi.Errno.NameOf(errno) ?? $"errno {errno}"}";
        if (reason != Aio2Reason.None)
        {
            text += $": {Aio2Reason.TextOf(reason)}";
        }

        return offset < 0 ? text : $"{text}, at byte {offset}";
    }
}
