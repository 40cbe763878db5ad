using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Conformance.Calls;
using AioV2.Conformance.Journal;
using AioV2.Conformance.Run;

namespace AioV2.Conformance.Model;

/// <summary>Judges the recorded answers of a sequence by the model, step by step; the first that is not allowed ends it.</summary>
public sealed class Judge
{
    private readonly AioModel _model;
    private readonly Tally _tally;
    private readonly GetJudge _get;
    private readonly SubmitJudge _submit;
    private readonly HashSet<uint> _ids = [];

    /// <summary>A judge of implementations that offer this.</summary>
    public Judge(Capabilities offered, Tally tally)
    {
        (_model, _tally) = (new AioModel(offered), tally);
        (_get, _submit) = (new GetJudge(_model, tally), new SubmitJudge(_model, tally));
    }

    /// <summary>Judges one sequence; returns what is broken first, or null.</summary>
    public Violation? Sequence(int number, IReadOnlyList<Step> steps, IReadOnlyList<Answer> answers)
    {
        _model.Reset();
        _ids.Clear();
        foreach (var answer in answers)
        {
            int index = answer.Head.Step;
            Step step = index >= Executor.FinalDestroy ? new DestroyStep((byte)(index - Executor.FinalDestroy)) : steps[index];
            if (One(step, answer) is { } broken)
            {
                return broken with { Sequence = number, Step = Math.Min(index, steps.Count - 1) };
            }
        }

        return null;
    }

    private Violation? One(Step step, in Answer answer)
    {
        switch (step)
        {
            case SetupStep s: return Setup(s, answer);
            case PokeStep s: _model.World.Poke(s.At, s.Bytes); return null;
            case FeedStep s: _model.Feed(s.Pipe, s.Count); return null;
            case ProbeStep s: return Probe(s, answer);
            case DestroyStep s: return _model.Context(s.Slot) is null ? NoContext(answer) : Destroy(s, answer);
            case SubmitStep s: return _model.Context(s.Slot) is { } c ? _submit.Judge(s, answer, c) ?? _get.Ring(answer, c) : NoContext(answer);
            case GetStep s: return _model.Context(s.Slot) is { } g ? _get.Get(s, answer, g) ?? _get.Ring(answer, g) : NoContext(answer);
            case ReapStep s: return _model.Context(s.Slot) is { } r ? Reap(answer, r) : null;
            case DrainStep s: return _model.Context(s.Slot) is { } d ? Drain(s, answer, d) : null;
            case CtlStep s: return _model.Context(s.Slot) is null ? NoContext(answer) : Ctl(s, answer);
            case CancelStep s: return _model.Context(s.Slot) is { } o ? Cancel(s, answer, o) : NoContext(answer);
            default: throw new InvalidOperationException($"no rule for {step.GetType().Name}");
        }
    }

    private Violation? NoContext(in Answer answer)
    {
        _tally.Pass("ERR-1");
        return answer.Result == -Errno.ENXIO ? null : new Violation("ERR-1", $"a call on no context gave {answer.Result}, not -ENXIO");
    }

    private Violation? Setup(SetupStep s, in Answer answer)
    {
        var errnos = SetupRules.Read(s, _model, out bool mayAccept);
        if (answer.Result == 0 && mayAccept)
        {
            _tally.Pass("SETUP-3");
            _tally.Pass("SETUP-5");
            return SetupRules.Outputs(s, answer.Out, _model.Offered) ?? Made(s, answer);
        }

        long result = answer.Result;
        if (!errnos.Exists(e => -e.Errno == result))
        {
            string wanted = errnos.Count == 0 ? "0" : string.Join(" or ", errnos.Select(e => $"-{e.Errno} ({e.Requirement})"));
            return new Violation(errnos.Count == 0 ? "SETUP-3" : errnos[0].Requirement, $"io_setup2 gave {answer.Result}, not {wanted}");
        }

        _tally.Pass(errnos.First(e => -e.Errno == result).Requirement);
        if (answer.Out.Length == 0)
        {
            return null;
        }

        _tally.Pass("SETUP-10");
        return SetupRules.Untouched(s, answer.Out);
    }

    private Violation? Made(SetupStep s, in Answer answer)
    {
        var p = MemoryMarshal.Read<Aio2Params>(answer.Out);
        if ((s.Flags & Aio2Setup.Probe) != 0)
        {
            _tally.Pass("SETUP-11");
            return null;
        }

        _tally.Pass("SETUP-7");
        if (!_ids.Add(p.Ctx))
        {
            return new Violation("SETUP-2", $"id {p.Ctx} was given twice in a row of a few contexts: ids are handed out cyclically");
        }

        if (_model.Contexts[s.Slot] is not null)
        {
            // The sequence forgot the old one; nothing of it is judged any more.
            _model.Destroy(s.Slot);
        }

        _model.Contexts[s.Slot] = new ModelContext { Params = p, Flags = s.Flags };
        return null;
    }

    private Violation? Destroy(DestroyStep s, in Answer answer)
    {
        _model.Destroy(s.Slot);
        _tally.Pass("DESTROY-1");
        return answer.Result == 0 ? null : new Violation("DESTROY-1", $"io_destroy2 gave {answer.Result}");
    }

    private Violation? Reap(in Answer answer, ModelContext context) => _get.Ring(answer, context) ?? _get.Events(answer.Out, context);

    private Violation? Drain(DrainStep s, in Answer answer, ModelContext context) => answer.Head.Kind switch
    {
        AnswerKind.DrainEnd => _get.Drained(s, answer, context),
        AnswerKind.Reap => Reap(answer, context),
        _ => answer.Result < 0
            ? new Violation("GET-1", $"io_getevents2 with a large buffer gave {answer.Result}")
            : _get.Ring(answer, context) ?? _get.Events(answer.Out, context),
    };

    private Violation? Probe(ProbeStep s, in Answer answer)
    {
        _tally.Pass("PROBE-1");
        long result = answer.Result;
        bool known = s.What is >= 1 and <= Aio2Probe.Last;
        if (!known)
        {
            return result == -Errno.EINVAL ? null : new Violation("PROBE-1", $"io_probe2 of an unknown thing gave {result}");
        }

        bool fine = (result >= 0 && result <= s.Bytes && s.At == Calls.Pointer.Good)
            || result == -Errno.EMSGSIZE
            || (result == 0 && s.Bytes == 0)
            || (result == -Errno.EFAULT && s.At != Calls.Pointer.Good)
            || (result == 0 && s.At != Calls.Pointer.Good && s.What is Aio2Probe.Accounts or Aio2Probe.Syscalls);
        return fine ? null : new Violation("PROBE-1", $"io_probe2({s.What}) gave {result} for {s.Bytes} bytes");
    }

    private Violation? Ctl(CtlStep s, in Answer answer)
    {
        _tally.Pass("ERR-1");
        bool known = s.Op is >= 1 and <= Aio2Ctl.Last;
        return known || answer.Result == -Errno.EINVAL ? null : new Violation("ERR-1", $"io_ring_ctl2 of an unknown op gave {answer.Result}");
    }

    private Violation? Cancel(CancelStep s, in Answer answer, ModelContext context)
    {
        if (answer.Result == -Errno.ENOSYS)
        {
            return null;
        }

        _tally.Pass("CANCEL-1");
        if ((s.Flags & ~Aio2Cancel.Known) != 0)
        {
            return answer.Result == -Errno.EINVAL ? null : new Violation("ERR-1", $"io_cancel2 with an unknown flag gave {answer.Result}");
        }

        var matching = context.Outstanding.Where(r => (s.Flags & Aio2Cancel.Fd) != 0 ? r.Fd == (int)s.UserData : r.UserData == s.UserData).ToList();
        bool fine = answer.Result is -Errno.ENOENT or -Errno.EALREADY
            ? answer.Result == -Errno.ENOENT ? matching.All(r => r.Completion != Completion.Blocked) : matching.Count > 0
            : answer.Result > 0 && answer.Result <= ((s.Flags & Aio2Cancel.All) != 0 ? matching.Count : 1) && matching.Count > 0;
        foreach (var request in matching)
        {
            // It was told to stop: its event comes, with -ECANCELED or with the natural result.
            request.Errnos.Add(Errno.ECANCELED);
            request.Completion = request.Completion == Completion.Blocked ? Completion.Open : request.Completion;
        }

        return fine ? null : new Violation("CANCEL-1", $"io_cancel2 gave {answer.Result} with {matching.Count} request(s) that match");
    }
}
