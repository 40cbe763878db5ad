namespace AioV2.Conformance.Run;

/// <summary>The implementation cannot be tested at all: it does not load, or makes no context.</summary>
public sealed class CouldNotRunException : Exception
{
    /// <inheritdoc/>
    public CouldNotRunException()
    {
    }

    /// <inheritdoc/>
    public CouldNotRunException(string message)
        : base(message)
    {
    }

    /// <inheritdoc/>
    public CouldNotRunException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
