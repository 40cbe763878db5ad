using AioV2.Abi;
using AioV2.Abi.Trace;
using AioV2.Conformance.Calls;
using AioV2.Conformance.Model;
using AioV2.Conformance.Mutants;
using AioV2.Conformance.Record;
using AioV2.Conformance.Run;

namespace AioV2.Conformance.Tests;

/// <summary>What failed when it was recorded fails again where it should, and only there; and it gets shorter.</summary>
public sealed class TraceReplayTests : IDisposable
{
    private const string Broken = "takes any version";

    private static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(15);

    private readonly string _path = Path.Combine(Path.GetTempPath(), $"aio2-trace-{Guid.NewGuid():n}");

    public void Dispose() => File.Delete(_path);

    private static Step[] Long()
    {
        byte[] none = new byte[Aio2Params.SizeOf];
        var nops = new IocbWriter().Add(new Iocb2 { Opcode = Aio2Op.Nop, UserData = 1 }).Add(new Iocb2 { Opcode = Aio2Op.Nop, UserData = 2 }).ToArray();
        return
        [
            new SetupStep(0, Aio2.Version, Aio2Setup.UserReap, none, Aio2Params.SizeOf), new SubmitStep(0, nops), new DrainStep(0, ThroughRing: true),
            new SetupStep(1, Aio2.Version, 0, none, Aio2Params.SizeOf), new SubmitStep(1, nops), new DrainStep(1, ThroughRing: false),
            new DestroyStep(0), new SetupStep(2, Aio2.Version + 1, 0, none, Aio2Params.SizeOf), new SubmitStep(1, nops), new DrainStep(1, ThroughRing: false),
        ];
    }

    private Violation? RecordOn(string mutant, IReadOnlyList<Step> steps)
    {
        using var replay = new TraceReplay(ChildEntry.Mutant(mutant), CallLimit);
        using var file = new TraceFileWriter(_path, TraceStart.Now("conform", mutant));
        var violation = replay.Run(steps, out var made, out var answers);
        new SequenceRecorder(file).Add(mutant, "random", made, answers, violation);
        file.Close(0, 0, "closed");
        return violation;
    }

    [Fact]
    public void A_recorded_failure_fails_on_the_mutant_passes_on_the_kernel_and_is_minimised()
    {
        Assert.Equal("SETUP-1", RecordOn(Broken, Long())?.Requirement);
        var sequence = Assert.Single(RecordedSequence.Read(TraceFile.Open(_path)));
        Assert.Equal("SETUP-1", sequence.Requirement);
        Assert.Equal(Long().Length, sequence.Steps.Count);

        using var good = new TraceReplay(ChildEntry.Mutant(MutantTable.Control), CallLimit);
        using var bad = new TraceReplay(ChildEntry.Mutant(Broken), CallLimit);
        Assert.Null(good.Run(sequence.Steps, out _, out _));
        var violation = bad.Run(sequence.Steps, out _, out _);
        Assert.Equal("SETUP-1", violation?.Requirement);

        var (least, last) = bad.Minimise(sequence.Steps, violation!, TimeSpan.FromSeconds(30));
        Assert.IsType<SetupStep>(Assert.Single(least));
        Assert.Equal("SETUP-1", last.Requirement);
        Assert.Equal("SETUP-1", bad.Run(least, out _, out _)?.Requirement);
        Assert.Null(good.Run(least, out _, out _));
    }

    [Fact]
    public void A_recorded_run_of_the_suite_is_made_again_step_by_step()
    {
        var launcher = ChildEntry.Mutant(MutantTable.Control);
        using (var file = new TraceFileWriter(_path, TraceStart.Now("conform", "threads")))
        {
            var options = new ConformanceOptions { Runs = 64, Time = TimeSpan.FromSeconds(60), ParallelTime = TimeSpan.Zero, CallLimit = TimeSpan.FromSeconds(30), Requirements = ["SUBMIT-3"], Recorder = new SequenceRecorder(file) };
            Assert.Empty(new ConformanceRunner(launcher, options).Run().Findings);
            file.Close(0, 0, "closed");
        }

        var records = TraceFile.Open(_path).Read().ToList();
        var sequences = RecordedSequence.Read(TraceFile.Open(_path));
        Assert.Contains(sequences, s => s.Origin == "wire");
        var random = sequences.Where(s => s.Origin == "random").ToList();
        Assert.True(random.Count >= 20, $"{random.Count} random sequences");
        Assert.Equal(sequences.Sum(s => s.Steps.Count), records.Count(r => r.Kind == Aio2TraceKind.Step));
        Assert.Contains(records, r => r.Kind == Aio2TraceKind.Submit && r.Signed(Aio2TraceSubmit.Result) > 0);
        using var replay = new TraceReplay(launcher, TimeSpan.FromSeconds(30));
        Assert.All(random, s => Assert.Null(replay.Run(s.Steps, out _, out _)));
        Assert.Equal(random.Sum(s => (long)s.Steps.Count), replay.Steps);
    }

    [Fact]
    public void The_calls_of_a_program_are_made_again_in_the_world_of_the_suite()
    {
        var recorded = RecordOn(MutantTable.Control, Long());
        Assert.Null(recorded);

        // The same records, from which the steps are taken away, are those of a program.
        var records = TraceFile.Open(_path).Read().Where(r => r.Kind is not (Aio2TraceKind.Step or Aio2TraceKind.Sequence)).ToList();
        using (var file = new TraceFileWriter(_path, TraceStart.Now("kernel", "threads")))
        {
            records.ForEach(file.Write);
            file.Close(0, 0, "closed");
        }

        var calls = Assert.Single(RecordedSequence.Read(TraceFile.Open(_path)));
        Assert.Equal("calls", calls.Origin);
        Assert.Equal(3, calls.Steps.OfType<SetupStep>().Count());
        Assert.Equal(3, calls.Steps.OfType<SubmitStep>().Count());
        using var good = new TraceReplay(ChildEntry.Mutant(MutantTable.Control), CallLimit);
        using var bad = new TraceReplay(ChildEntry.Mutant(Broken), CallLimit);
        Assert.Null(good.Run(calls.Steps, out _, out _));
        Assert.Equal("SETUP-1", bad.Run(calls.Steps, out _, out _)?.Requirement);
    }
}
