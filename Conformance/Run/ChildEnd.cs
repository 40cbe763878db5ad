namespace AioV2.Conformance.Run;

/// <summary>How a command to the child ended.</summary>
public enum ChildEnd
{
    /// <summary>It was run.</summary>
    Done,

    /// <summary>The child died: a signal, an exit, a failed assertion of the runtime.</summary>
    Crashed,

    /// <summary>It stood still for longer than the time limit, and was killed.</summary>
    Hung,
}
