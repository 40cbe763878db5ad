namespace AioV2.Abi.Trace;

/// <summary>A file that is no whole trace: cut short, damaged, or of another format.</summary>
public sealed class TraceFormatException : Exception
{
    /// <summary>Tells where in a file what is wrong.</summary>
    /// <param name="path">The file.</param>
    /// <param name="offset">Bytes from its start to what is wrong.</param>
    /// <param name="message">What is wrong there.</param>
    /// <param name="inner">What was thrown below, if anything was.</param>
    public TraceFormatException(string path, long offset, string message, Exception? inner = null)
        : base($"{path}: offset {offset}: {message}", inner) => Offset = offset;

    /// <summary>Bytes from the file's start to what is wrong.</summary>
    public long Offset { get; }
}
