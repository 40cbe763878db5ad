using System.Diagnostics;
using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Conformance.Calls;
using AioV2.Conformance.Model;

namespace AioV2.Conformance.Run;

/// <summary>Makes a failing sequence smaller while it breaks the same requirement.</summary>
/// <remarks>Steps go first, in halves, quarters and one by one; then records of submissions; then attributes. A
/// candidate is kept if the model still allows each step where it stands. What does not fail at once is run again: a race
/// may need many runs, and each candidate then gets as many as the first took.</remarks>
public sealed class SequenceShrinker(SequenceRunner runner, TimeSpan limit)
{
    private const int MostRepeats = 64;

    private readonly Stopwatch _clock = new();

    /// <summary>Runs that the first failure took to come again; 0 where it never did.</summary>
    public int Repeats { get; private set; }

    /// <summary>The smallest sequence found, and what it breaks.</summary>
    public (IReadOnlyList<Step> Steps, Violation Violation) Shrink(IReadOnlyList<Step> steps, Violation violation)
    {
        _clock.Restart();
        // Nothing behind the step that failed matters.
        var least = steps.Take(violation.Step + 1).ToList();
        Violation? first = null;
        int runs = 0;
        while (first is null && runs < MostRepeats && (runs == 0 || _clock.Elapsed < limit))
        {
            runs++;
            first = Try(least, violation) ?? (runs % 2 == 0 ? Try(steps, violation) : null);
        }

        if (first is null)
        {
            return (steps, violation);
        }

        (Repeats, least) = (runs, [.. steps.Take(Math.Max(violation.Step, first.Step) + 1)]);

        violation = first;
        for (bool smaller = true; smaller && _clock.Elapsed < limit;)
        {
            smaller = false;
            foreach (var candidate in Candidates(least))
            {
                if (_clock.Elapsed >= limit)
                {
                    break;
                }

                if (TryRepeatedly(candidate, violation) is { } still)
                {
                    (least, violation, smaller) = (candidate, still, true);
                    break;
                }
            }
        }

        return (least, violation);
    }

    private Violation? TryRepeatedly(List<Step> steps, Violation wanted)
    {
        for (int run = 0; run < Repeats && (run == 0 || _clock.Elapsed < limit); run++)
        {
            if (Try(steps, wanted) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    private Violation? Try(IReadOnlyList<Step> steps, Violation wanted)
    {
        var model = new AioModel(runner.Offered);
        foreach (var step in steps)
        {
            if (!Prediction.Allows(model, step))
            {
                return null;
            }

            Prediction.Move(model, step);
        }

        var found = runner.Run([runner.Lower(steps)], new Tally())[0];
        return found?.Requirement == wanted.Requirement ? found : null;
    }

    private static IEnumerable<List<Step>> Candidates(List<Step> steps)
    {
        for (int size = steps.Count / 2; size >= 1; size /= 2)
        {
            for (int at = 0; at + size <= steps.Count; at += size)
            {
                yield return [.. steps[..at], .. steps[(at + size)..]];
            }
        }

        for (int i = 0; i < steps.Count; i++)
        {
            if (steps[i] is SubmitStep submit)
            {
                foreach (byte[] smaller in WithoutRecord(submit.Iocbs))
                {
                    yield return [.. steps[..i], submit with { Iocbs = smaller }, .. steps[(i + 1)..]];
                }
            }
        }
    }

    private static IEnumerable<byte[]> WithoutRecord(byte[] iocbs)
    {
        for (int at = 0; iocbs.Length - at >= Iocb2.SizeOf;)
        {
            uint bytes = MemoryMarshal.Read<uint>(iocbs.AsSpan(at));
            if (bytes < Iocb2.SizeOf || bytes > iocbs.Length - at)
            {
                yield break;
            }

            yield return [.. iocbs[..at], .. iocbs[(at + (int)bytes)..]];
            if (bytes > Iocb2.SizeOf && bytes % 8 == 0)
            {
                byte[] bare = [.. iocbs[..(at + Iocb2.SizeOf)], .. iocbs[(at + (int)bytes)..]];
                bare[at] = Iocb2.SizeOf;
                bare[at + 1] = 0;
                yield return bare;
            }

            at += (int)bytes;
        }
    }
}
