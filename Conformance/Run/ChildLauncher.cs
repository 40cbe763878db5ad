namespace AioV2.Conformance.Run;

/// <summary>How to start a child: a program and arguments, to which the journal's path and two descriptors are added.</summary>
/// <param name="File">The program.</param>
/// <param name="Arguments">What comes before <c>JOURNAL COMMANDS REPLIES</c>.</param>
/// <param name="Name">The implementation's name in reports.</param>
public sealed record ChildLauncher(string File, IReadOnlyList<string> Arguments, string Name)
{
    /// <summary>The library under test, or null where it is no library.</summary>
    public string? Library { get; init; }

    /// <summary>Seconds that a directed check waits for what must happen.</summary>
    public int Patience { get; init; } = Directed.Rig.UsualPatienceSeconds;

    /// <summary>Variables that the child gets in addition.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
}
