using AioV2.Conformance.Model;

namespace AioV2.Conformance.Prove;

/// <summary>What became of one implementation.</summary>
/// <param name="Subject">The implementation.</param>
/// <param name="First">The suite's first finding; null where it found nothing.</param>
/// <param name="Origin">The directed check, or the part of the suite, that made it.</param>
/// <param name="Calls">Calls of the nine until then, or all.</param>
/// <param name="Elapsed">How long it took.</param>
public sealed record ProveRow(ProveSubject Subject, Violation? First, string Origin, long Calls, TimeSpan Elapsed)
{
    /// <summary>Whether the suite's first finding cites a requirement that the mutant breaks; of one that works, whether there is none.</summary>
    public bool AsItShould => Subject.IsControl ? First is null : First is not null && Subject.Requirements.Contains(First.Requirement);

    /// <summary>What became of it, in a word or two.</summary>
    public string Word => (AsItShould, First) switch
    {
        (true, null) => "passed",
        (true, _) => "killed",
        (false, null) => "SURVIVED",
        _ => Subject.IsControl ? "FAILED" : "WRONG ID",
    };
}
