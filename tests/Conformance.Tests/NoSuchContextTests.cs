using AioV2.Abi;
using AioV2.Conformance.Calls;
using AioV2.Conformance.Journal;
using AioV2.Conformance.Model;
using AioV2.Conformance.Run;
using AioV2.Tests;

namespace AioV2.Conformance.Tests;

/// <summary>Steps on an id that was never given touch no context.</summary>
public sealed class NoSuchContextTests
{
    [Fact, Requirement("GET-1")]
    public void A_reap_of_no_such_context_leaves_the_events_of_the_others()
    {
        byte[] p = new byte[Aio2Params.SizeOf];
        byte[] nops = new IocbWriter().Add(new Iocb2 { Opcode = Aio2Op.Nop, UserData = 1 }).Add(new Iocb2 { Opcode = Aio2Op.Nop, UserData = 2 }).ToArray();
        var steps = new List<Step>();
        for (byte slot = 0; slot < Step.Slots; slot++)
        {
            steps.Add(new SetupStep(slot, Aio2.Version, Aio2Setup.UserReap, p, (uint)p.Length));
            steps.Add(new SubmitStep(slot, nops));
        }

        steps.Add(new ReapStep(Step.NoSuch, 6));
        steps.Add(new DrainStep(Step.NoSuch, ThroughRing: true));
        for (byte slot = 0; slot < Step.Slots; slot++)
        {
            steps.Add(new GetStep(slot, 256, 2 * IoEvent2.SizeOf, null, 256));
        }

        using var runner = new SequenceRunner(ChildEntry.Mutant("none"), TimeSpan.FromSeconds(30));

        Assert.Null(runner.Run([runner.Lower(steps)], new Tally(), out var answers)[0]);
        Assert.All(answers[0].Where(a => a.Head.Kind == AnswerKind.Reap), a => Assert.Equal(0, a.Result));
        Assert.Equal(Step.Slots, answers[0].Count(a => a.Result == 2 * IoEvent2.SizeOf && a.Head.Kind == AnswerKind.Call));
    }
}
