using AioV2.Abi.Calls;
using AioV2.Conformance.Journal;
using AioV2.Conformance.Model;
using AioV2.Conformance.Run;
using AioV2.Conformance.World;

namespace AioV2.Conformance.Directed;

/// <summary>Runs directed checks in the child, and reads their outcome in the judge.</summary>
public static class DirectedRunner
{
    private const string Passed = "passed", Failed = "failed", Skipped = "not offered";

    /// <summary>Runs the check whose number is the journal's argument; its text becomes outcome, requirement, message, calls.</summary>
    public static void RunInChild(JournalFile journal, TestWorld world, IAio2 aio)
    {
        var check = DirectedChecks.All[journal.Argument];
        var trace = new TracingAio2(aio, journal);
        string outcome;
        try
        {
            // The rig's destroys are part of the check: they come before its outcome is told.
            using var rig = new Rig(trace, world, aio is LoadedAio2);
            check.Body(rig);
            outcome = $"{Passed}\n\n\n";
        }
        catch (DirectedFailureException e)
        {
            outcome = $"{Failed}\n{e.Requirement}\n{e.Message}\n";
        }
        catch (NotOfferedException e)
        {
            outcome = $"{Skipped}\n\n{e.Message}\n";
        }

        journal.Text = outcome + trace.End();
    }

    /// <summary>Runs one check; returns its finding, or null. <paramref name="offered"/> is false where what it needs is not.</summary>
    public static Finding? Run(int number, SequenceRunner runner, Tally tally, out bool offered)
    {
        offered = true;
        var check = DirectedChecks.All[number];
        var end = runner.Child.Directed(number);
        if (end != ChildEnd.Done)
        {
            string calls = runner.Child.Journal.Text;
            string how = $"{(end == ChildEnd.Hung ? "hung" : "died")}: {runner.Child.Death}";
            runner.Restart();
            return new Finding(new Violation(check.Requirements[0], $"{check.Name}: {how}"), check.Name, 0, [], calls);
        }

        string[] parts = runner.Child.Journal.Text.Split('\n', 4);
        if (parts.Length < 4 || parts[0] is not (Passed or Failed or Skipped))
        {
            throw new InvalidOperationException($"{check.Name}: the child told no outcome: {runner.Child.Journal.Text}");
        }

        if (parts[0] == Failed)
        {
            return new Finding(new Violation(parts[1], $"{check.Name}: {parts[2]}"), check.Name, 0, [], parts[3]);
        }

        offered = parts[0] == Passed;
        foreach (string id in check.Requirements)
        {
            if (parts[0] == Passed)
            {
                tally.Pass(id);
            }
            else
            {
                tally.Skip(id, parts[2]);
            }
        }

        return null;
    }
}
