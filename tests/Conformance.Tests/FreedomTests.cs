using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Conformance.Calls;
using AioV2.Conformance.Generate;
using AioV2.Conformance.Journal;
using AioV2.Conformance.Model;
using AioV2.Conformance.Run;
using AioV2.Conformance.World;
using AioV2.Tests;

namespace AioV2.Conformance.Tests;

/// <summary>What the ABI leaves open is left open by the model.</summary>
public sealed class FreedomTests
{
    [Fact, Requirement("SETUP-6")]
    public void A_context_that_takes_every_slot_lets_the_next_be_refused()
    {
        byte[] all = Params(1 << 24);
        using var runner = new SequenceRunner(ChildEntry.Mutant("none"), TimeSpan.FromSeconds(30));

        Assert.Null(runner.Run([runner.Lower([Setup(0, all), Setup(1, Params(0))])], new Tally(), out var answers)[0]);
        Assert.Contains(answers[0], a => a.Result == -Errno.EAGAIN);
    }

    [Theory, Requirement("CANCEL-1")]
    [InlineData(114, true)]
    [InlineData(-Errno.ECANCELED, true)]
    [InlineData(115, false)]
    public void A_blocked_read_that_was_told_to_stop_may_still_take_what_is_written_then(long result, bool allowed)
    {
        var model = new AioModel(Capabilities.Everything);
        Prediction.Move(model, Setup(0, Params(8)));
        var read = new Iocb2 { Opcode = Aio2Op.Pread, UserData = 7, Fd = WorldLayout.PipeRead, Addr = WorldLayout.Data, Len = 114, Offset = -1 };
        Prediction.Move(model, new SubmitStep(0, new IocbWriter().Add(read).ToArray()));
        var request = Assert.Single(model.Contexts[0]!.Outstanding);
        Assert.Equal(Completion.Blocked, request.Completion);

        Prediction.Move(model, new CancelStep(0, 7, 0));
        request.Errnos.Add(Errno.ECANCELED);
        Prediction.Move(model, new FeedStep(0, 148));

        Assert.Equal(allowed, request.Allows(result));
    }

    [Fact, Requirement("SUBMIT-8")]
    public void Readings_of_a_source_that_stays_ready_do_not_fill_the_journal_while_a_final_event_takes_its_time()
    {
        byte[] level = new IocbWriter().Add(new Iocb2 { Opcode = Aio2Op.Poll, Flags = Aio2IocbFlags.Level, UserData = 1, Fd = WorldLayout.FileRo, Len = 1 }).ToArray();
        byte[] nop = new IocbWriter().Add(new Iocb2 { Opcode = Aio2Op.Nop, UserData = 2 }).ToArray();
        using var runner = new SequenceRunner(ChildEntry.Mutant("late"), TimeSpan.FromSeconds(30));

        var steps = runner.Lower([Setup(0, Params(0)), new SubmitStep(0, level), new SubmitStep(0, nop), new DrainStep(0, false)]);

        Assert.Null(runner.Run([steps], new Tally(), out var answers)[0]);
        Assert.InRange(answers[0].Count(a => a.Head.Kind == AnswerKind.DrainGet), 2, 1000);
    }

    [Fact, Requirement("SUBMIT-2", "SUBMIT-4")]
    public void An_array_of_segments_that_a_read_wrote_over_may_say_anything()
    {
        // A PREADV of which a flipped bit made a PREAD: it reads over the array that a later PWRITEV names.
        byte[] read = new IocbWriter().Add(new Iocb2 { Opcode = Aio2Op.Pread, UserData = 1, Fd = WorldLayout.FileRo, Addr = MetaArrays.At(11), Len = 11, Offset = 7592 }).ToArray();
        byte[] write = new IocbWriter().Add(new Iocb2 { Opcode = Aio2Op.Pwritev, UserData = 2, Fd = WorldLayout.FileWo, Addr = MetaArrays.At(11), Len = 11, Offset = 64 }).ToArray();
        using var runner = new SequenceRunner(ChildEntry.Mutant("none"), TimeSpan.FromSeconds(30));
        var drain = new DrainStep(0, false);

        var steps = runner.Lower([MetaArrays.Poke, Setup(0, Params(0)), new SubmitStep(0, write), drain, new SubmitStep(0, read), drain, new SubmitStep(0, write), drain]);

        Assert.Null(runner.Run([steps], new Tally(), out var answers)[0]);
        long[] results = [.. answers[0].Where(a => a.Head.Kind == AnswerKind.DrainGet).Select(a => MemoryMarshal.Read<IoEvent2>(a.Out).Res)];
        Assert.Equal([605, 11], results.Take(2));
        Assert.DoesNotContain(605, results.Skip(2));
    }

    private static SetupStep Setup(byte slot, byte[] p) => new(slot, Aio2.Version, 0, p, (uint)p.Length);

    private static byte[] Params(uint slots)
    {
        byte[] p = new byte[Aio2Params.SizeOf];
        MemoryMarshal.Write(p, new Aio2Params { NrReqs = slots });
        return p;
    }
}
