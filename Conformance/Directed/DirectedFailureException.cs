namespace AioV2.Conformance.Directed;

/// <summary>An assertion of a directed check that does not hold.</summary>
public sealed class DirectedFailureException : Exception
{
    /// <summary>A failure of one requirement.</summary>
    public DirectedFailureException(string requirement, string message)
        : base(message) => Requirement = requirement;

    /// <inheritdoc/>
    public DirectedFailureException()
    {
    }

    /// <inheritdoc/>
    public DirectedFailureException(string message)
        : base(message)
    {
    }

    /// <inheritdoc/>
    public DirectedFailureException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>The requirement that is broken.</summary>
    public string Requirement { get; } = "ERR-1";
}
