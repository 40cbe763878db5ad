using AioV2.Conformance.Journal;
using AioV2.Conformance.Model;

namespace AioV2.Conformance.Run;

/// <summary>Sequences whose calls have been made, and which may still be under judgement.</summary>
/// <param name="Violations">The first of each sequence, or null; true once they are judged.</param>
/// <param name="Answers">What each was answered; whole once they are judged.</param>
/// <param name="Judged">Ends with the last judgement.</param>
public sealed record SequencesMade(Violation?[] Violations, List<Answer>[] Answers, Task Judged);
