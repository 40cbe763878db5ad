namespace AioV2.Cli;

/// <summary>A failure that the user can understand: its message is the one line that goes to stderr.</summary>
public sealed class CliException : Exception
{
    /// <summary>Makes one without a message of its own.</summary>
    public CliException() { }

    /// <summary>Makes one from the line to show.</summary>
    public CliException(string message) : base(message) { }

    /// <summary>Makes one from the line to show and what lies beneath it.</summary>
    public CliException(string message, Exception innerException) : base(message, innerException) { }
}
