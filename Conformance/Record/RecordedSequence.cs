using AioV2.Abi;
using AioV2.Abi.Trace;
using AioV2.Conformance.Calls;

namespace AioV2.Conformance.Record;

/// <summary>A sequence of steps out of a trace.</summary>
/// <param name="Number">Its number there.</param>
/// <param name="Origin">wire, random, shrunk, or calls: what a recorded program did.</param>
/// <param name="Requirement">What it broke when it was recorded, or nothing.</param>
/// <param name="Steps">The steps.</param>
/// <param name="LeftOut">Recorded calls that cannot be made in the world of the suite.</param>
public sealed record RecordedSequence(ulong Number, string Origin, string Requirement, IReadOnlyList<Step> Steps, int LeftOut = 0)
{
    /// <summary>All sequences of a trace: those of <c>aio2 conform</c> as they were, the calls of a program as one sequence.</summary>
    /// <exception cref="InvalidDataException">A step in it is none.</exception>
    public static List<RecordedSequence> Read(TraceFile trace)
    {
        if (trace.Start.Source != "conform")
        {
            return [ProgramCalls.Of(trace)];
        }

        var found = new List<RecordedSequence>();
        List<Step> steps = [];
        foreach (var record in trace.Read())
        {
            if (record.Kind == Aio2TraceKind.Sequence)
            {
                steps = [];
                found.Add(new RecordedSequence(
                    record.Number(Aio2TraceSequence.Number), record.Text(Aio2TraceSequence.Origin), record.Text(Aio2TraceSequence.Requirement), steps));
            }
            else if (record.Kind == Aio2TraceKind.Step)
            {
                using var reader = new BinaryReader(new MemoryStream(record.Bytes(Aio2TraceStep.Step).ToArray()));
                steps.Add(StepCodec.Read(reader));
            }
        }

        return found;
    }
}
