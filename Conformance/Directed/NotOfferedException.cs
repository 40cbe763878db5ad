namespace AioV2.Conformance.Directed;

/// <summary>A directed check needs what the implementation does not offer: it is not exercised.</summary>
public sealed class NotOfferedException : Exception
{
    /// <inheritdoc/>
    public NotOfferedException()
    {
    }

    /// <inheritdoc/>
    public NotOfferedException(string message)
        : base(message)
    {
    }

    /// <inheritdoc/>
    public NotOfferedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
