using AioV2.Conformance.Mutants;
using AioV2.Conformance.Run;

namespace AioV2.Conformance.Prove;

/// <summary>A broken implementation that the suite must catch, or one that works and must pass.</summary>
/// <param name="Name">What it does wrong.</param>
/// <param name="Kind">The sort of mistake.</param>
/// <param name="Level">Where the mistake is made: <c>call</c> or <c>ring</c>.</param>
/// <param name="Requirements">The ids that it breaks; none for one that works.</param>
/// <param name="Launcher">Makes what starts it, compiled where that is needed; called once, when its turn comes.</param>
public sealed record ProveSubject(string Name, MutantKind Kind, string Level, IReadOnlyList<string> Requirements, Func<ChildLauncher> Launcher)
{
    /// <summary>Whether nothing is wrong with it.</summary>
    public bool IsControl => Requirements.Count == 0;
}
