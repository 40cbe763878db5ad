using System.Diagnostics;

namespace AioV2.Conformance.Run;

/// <summary>Does again, each time in a fresh child, what showed a finding. One that does not come again is a finding still: it says how rare it is.</summary>
internal sealed class FindingReplay(SequenceRunner runner, ConformanceOptions options)
{
    // What hangs takes a call's limit each time.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    /// <summary>Replays; gives the finding with how often it came again.</summary>
    /// <param name="finding">What was found.</param>
    /// <param name="again">Does the same once more: the requirements that it breaks then.</param>
    public Finding Of(Finding finding, Func<IEnumerable<string>> again)
    {
        if (options.Replays == 0)
        {
            return finding;
        }

        options.Progress?.Invoke($"replaying {finding.Violation.Requirement} in fresh children: {finding.Violation.Message}");
        var clock = Stopwatch.StartNew();
        int replays = 0, came = 0;
        for (; replays < options.Replays && clock.Elapsed < Limit; replays++)
        {
            runner.Restart();
            came += again().Contains(finding.Violation.Requirement) ? 1 : 0;
        }

        // What it left behind is not the next one's.
        runner.Restart();
        return finding with { Replays = replays, CameAgain = came };
    }
}
