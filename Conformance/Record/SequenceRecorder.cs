using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Abi.Trace;
using AioV2.Conformance.Calls;
using AioV2.Conformance.Journal;
using AioV2.Conformance.Model;

namespace AioV2.Conformance.Record;

/// <summary>Writes judged sequences to a trace: each step so that it can be made again, and what it answered in the records that a
/// recorded kernel writes, too.</summary>
/// <remarks>What only the inside of an implementation knows (COMPLETE) is not there; what a request became is told by its event.</remarks>
public sealed class SequenceRecorder(TraceFileWriter file)
{
    private readonly uint[] _ids = new uint[Step.Slots];
    private readonly ulong[] _next = new ulong[Step.Slots];
    private ulong _sequences;

    /// <summary>Appends a sequence.</summary>
    /// <param name="implementation">Engine or library that it ran on.</param>
    /// <param name="origin">wire, random, or shrunk.</param>
    /// <param name="steps">As the child ran them.</param>
    /// <param name="answers">What it answered.</param>
    /// <param name="violation">What it broke, or null.</param>
    public void Add(string implementation, string origin, IReadOnlyList<Step> steps, IReadOnlyList<Answer> answers, Violation? violation)
    {
        ulong time = answers.Count > 0 ? (ulong)answers[0].Head.Time : 0;
        file.Write(new TraceRecord(Aio2TraceKind.Sequence, time, _sequences++, origin, violation?.Requirement ?? "", violation?.Message ?? "", implementation));
        Array.Clear(_ids);
        Array.Clear(_next);
        var byStep = answers.ToLookup(a => a.Head.Step);
        for (int i = 0; i < steps.Count; i++)
        {
            time = byStep[i].Select(a => (ulong)a.Head.Time).FirstOrDefault(time);
            file.Write(new TraceRecord(Aio2TraceKind.Step, time, (ulong)i, Bytes(steps[i]), StepText.Of(steps[i])));
            foreach (var answer in byStep[i])
            {
                Tell(steps[i], answer);
            }
        }
    }

    private static byte[] Bytes(Step step)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        StepCodec.Write(writer, step);
        writer.Flush();
        return bytes.ToArray();
    }

    private void Tell(Step step, in Answer answer)
    {
        ulong time = (ulong)answer.Head.Time, ns = (ulong)answer.Head.ElapsedNs;
        switch (step)
        {
            case SetupStep s:
                Setup(s, answer, time, ns);
                break;
            case DestroyStep s:
                file.Write(new TraceRecord(Aio2TraceKind.Destroy, time, ns, 0ul, answer.Result, Id(s.Slot)));
                break;
            case SubmitStep s:
                Submit(s, answer, time, ns);
                break;
            case CancelStep s:
                file.Write(new TraceRecord(Aio2TraceKind.Cancel, time, ns, 0ul, answer.Result, Id(s.Slot), s.UserData, (ulong)s.Flags));
                break;
            case ProbeStep s:
                file.Write(new TraceRecord(Aio2TraceKind.Probe, time, ns, 0ul, answer.Result, (ulong)s.What, (ulong)s.Bytes));
                break;
            case CtlStep s:
                file.Write(new TraceRecord(Aio2TraceKind.RingCtl, time, ns, 0ul, answer.Result, Id(s.Slot), (ulong)s.Op, s.Arg, Array.Empty<byte>()));
                break;
            case GetStep s:
                Take(s.Slot, answer, time, ns, s.Wait ?? []);
                break;
            case DrainStep s:
                Take(s.Slot, answer, time, ns, []);
                break;
            case ReapStep s:
                Take(s.Slot, answer, time, ns, []);
                break;
        }
    }

    private ulong Id(byte slot) => slot < Step.Slots ? _ids[slot] : 0x7ffffff0u;

    private void Setup(SetupStep s, in Answer answer, ulong time, ulong ns)
    {
        bool isMade = answer.Result == 0 && answer.Out.Length >= Aio2Params.SizeOf && (s.Flags & Aio2Setup.Probe) == 0;
        if (isMade)
        {
            _ids[s.Slot] = MemoryMarshal.Read<Aio2Params>(answer.Out).Ctx;
            _next[s.Slot] = 0;
        }

        file.Write(new TraceRecord(Aio2TraceKind.Setup, time, ns, 0ul, answer.Result, isMade ? Id(s.Slot) : 0ul,
            (ulong)s.Version, (ulong)s.Flags, (ulong)s.Size, s.Params, answer.Result == 0 ? answer.Out : []));
    }

    private void Submit(SubmitStep s, in Answer answer, ulong time, ulong ns)
    {
        ulong accepted = 0;
        for (int at = 0; at + sizeof(uint) <= Math.Min(answer.Result, s.Iocbs.Length); accepted++)
        {
            at += (int)Math.Max(Iocb2.SizeOf, MemoryMarshal.Read<uint>(s.Iocbs.AsSpan(at)));
        }

        if (accepted > 0 && s.Slot < Step.Slots)
        {
            file.Write(new TraceRecord(Aio2TraceKind.Accept, time, 0ul, Id(s.Slot), _next[s.Slot], accepted));
            _next[s.Slot] += accepted;
        }

        var report = answer.Out.Length >= Aio2Extack.SizeOf ? MemoryMarshal.Read<Aio2Extack>(answer.Out) : default;
        file.Write(new TraceRecord(Aio2TraceKind.Submit, time, ns, 0ul, answer.Result, Id(s.Slot), (ulong)s.Iocbs.Length,
            (ulong)report.Reason, report.RecordOffset, report.FieldOffset, s.Iocbs));
        Ring(s.Slot, answer);
    }

    private void Take(byte slot, in Answer answer, ulong time, ulong ns, byte[] wait)
    {
        if (answer.Head.Kind == AnswerKind.Reap)
        {
            file.Write(new TraceRecord(Aio2TraceKind.Reap, time, 0ul, Id(slot), answer.Out));
        }
        else if (answer.Head.Kind is AnswerKind.Call or AnswerKind.DrainGet)
        {
            file.Write(new TraceRecord(Aio2TraceKind.Getevents, time, ns, 0ul, answer.Result, Id(slot), (ulong)answer.Head.BytesGiven,
                (ulong)answer.Head.MinBytes, 0ul, wait, answer.Out));
        }

        Ring(slot, answer);
    }

    private void Ring(byte slot, in Answer answer)
    {
        if (answer.Head.HasRing != 0)
        {
            file.Write(new TraceRecord(Aio2TraceKind.Ring, (ulong)(answer.Head.Time + answer.Head.ElapsedNs), 0ul, Id(slot),
                answer.Head.Head, answer.Head.Tail, (ulong)answer.Head.RingFlags, 0ul, Array.Empty<byte>()));
        }
    }
}
