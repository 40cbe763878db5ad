namespace AioV2.Conformance.Journal;

/// <summary>Exit codes of the child that mean something to the judge.</summary>
public static class ChildExit
{
    /// <summary>The implementation could not be loaded or set up; the journal's text says why.</summary>
    public const int CouldNotRun = 71;

    /// <summary>The answers outgrew the journal.</summary>
    public const int JournalFull = 72;

    /// <summary>A copy of the child that a fork in the implementation left behind.</summary>
    public const int ForkedCopy = 73;
}
