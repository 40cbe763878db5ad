namespace AioV2.Conformance.Directed;

/// <summary>A scenario that random sequences do not reach: a fixed script with assertions, each of which cites its requirement.</summary>
/// <param name="Name">The law, in words.</param>
/// <param name="Requirements">What it exercises; counted as passed where it ends well.</param>
/// <param name="Body">The script.</param>
public sealed record DirectedCheck(string Name, string[] Requirements, Action<Rig> Body);
