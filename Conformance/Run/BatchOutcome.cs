using AioV2.Conformance.Generate;
using AioV2.Conformance.Journal;
using AioV2.Conformance.Model;

namespace AioV2.Conformance.Run;

/// <summary>What became of a batch of sequences.</summary>
/// <param name="Seed">The batch's own seed.</param>
/// <param name="Sequences">What was run.</param>
/// <param name="Violations">The first of each sequence, or null.</param>
/// <param name="Answers">What each was answered.</param>
/// <param name="Tally">The checks made.</param>
public sealed record BatchOutcome(
    ulong Seed, IReadOnlyList<GeneratedSequence> Sequences, IReadOnlyList<Violation?> Violations, IReadOnlyList<List<Answer>> Answers, Tally Tally)
{
    /// <summary>Runs a batch and judges it.</summary>
    public static BatchOutcome Of(SequenceRunner runner, ulong seed, IReadOnlyList<GeneratedSequence> sequences) =>
        Begin(runner, seed, sequences).GetAwaiter().GetResult();

    /// <summary>Runs a batch: what is given ends when it is judged.</summary>
    public static Task<BatchOutcome> Begin(SequenceRunner runner, ulong seed, IReadOnlyList<GeneratedSequence> sequences)
    {
        var tally = new Tally();
        var made = runner.Make([.. sequences.Select(s => s.Lowered)], tally);
        return Judged();

        async Task<BatchOutcome> Judged()
        {
            await made.Judged.ConfigureAwait(false);
            return new BatchOutcome(seed, sequences, made.Violations, made.Answers, tally);
        }
    }
}
