using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Conformance.Calls;

namespace AioV2.Conformance.Model;

/// <summary>Moves a model by what it predicts instead of by answers: for generating, lowering and shrinking sequences.</summary>
public static class Prediction
{
    /// <summary>Whether a step may stand here: it cannot wait for what may never come, nor make the world ambiguous.</summary>
    public static bool Allows(AioModel model, Step step) => step switch
    {
        SetupStep s => model.Contexts[s.Slot] is null,
        FeedStep s => !model.World.PipeOpen[s.Pipe] && model.World.PipeBytes[s.Pipe] + s.Count <= 4096
            && model.ReadersOf(s.Pipe) is [] or [{ Completion: not Completion.Certain }],
        GetStep s => model.Context(s.Slot) is not { } c || Waits(s, c),
        SubmitStep s => model.Context(s.Slot) is not { } c || SlotsAreKnown(s, c),
        _ => true,
    };

    /// <summary>The step as it is handed to the child: a drain gets to know how many events are owed.</summary>
    public static Step Lower(AioModel model, Step step) =>
        step is DrainStep d && model.Context(d.Slot) is { } context ? d with { Owed = context.Owed } : step;

    /// <summary>Moves the model.</summary>
    public static void Move(AioModel model, Step step)
    {
        switch (step)
        {
            case SetupStep s: Setup(model, s); break;
            case DestroyStep s when model.Context(s.Slot) is not null: model.Destroy(s.Slot); break;
            case SubmitStep s when model.Context(s.Slot) is { } c: Submit(model, s, c); break;
            case PokeStep s: model.World.Poke(s.At, s.Bytes); break;
            case FeedStep s: model.Feed(s.Pipe, s.Count); break;
            case GetStep s when model.Context(s.Slot) is { } c && s.Bytes > 0: c.Uncertain |= c.Outstanding.Count > 0; break;
            case ReapStep s when model.Context(s.Slot) is { Shared: true } c: c.Uncertain |= c.Outstanding.Count > 0; break;
            case DrainStep s when model.Context(s.Slot) is { } c: Drain(model, c); break;
            case CancelStep s when model.Context(s.Slot) is { } c: Loosen(c); break;
        }
    }

    /// <summary>Whether it is certain which records find a slot: else what is owed later would be a guess.</summary>
    private static bool SlotsAreKnown(SubmitStep s, ModelContext context) =>
        context is { Uncertain: false, Shared: false }
        || context.SlotsLeast >= context.Params.NrReqs
        || context.SlotsMost + s.Iocbs.Length / Iocb2.SizeOf <= context.Params.NrReqs;

    private static bool Waits(GetStep s, ModelContext context)
    {
        bool endless = s.Wait is null && s.MinBytes > 0;
        int owed = context.Uncertain ? 0 : IoEvent2.SizeOf * context.CountOf(Completion.Certain);
        return !endless || s.MinBytes <= owed || s.MinBytes > s.Bytes || s.Flags != 0;
    }

    private static void Setup(AioModel model, SetupStep s)
    {
        _ = SetupRules.Read(s, model, out bool may);
        if (!may || (s.Flags & Aio2Setup.Probe) != 0)
        {
            return;
        }

        var p = MemoryMarshal.Read<Aio2Params>(s.Params);
        p.RingBytes = p.RingBytes == 0 ? Aio2.RingBytesDefault : p.RingBytes;
        p.NrReqs = p.NrReqs == 0 ? Aio2.NrReqsDefault : p.NrReqs;
        p.MaxEventBytes = Math.Min(p.RingBytes / 4, Aio2.EventMax);
        model.Contexts[s.Slot] = new ModelContext { Params = p, Flags = s.Flags };
    }

    private static void Submit(AioModel model, SubmitStep s, ModelContext context)
    {
        if (s.At != Pointer.Good || s.Ext is not (Pointer.Good or Pointer.Null) || (s.Ext == Pointer.Good && s.ExtSize is < Aio2Extack.FirstSizeOf or > Aio2.StructMax))
        {
            return;
        }

        bool open = false;
        for (int at = 0; at < s.Iocbs.Length;)
        {
            var reading = model.Submit.Read(s.Iocbs.AsSpan(at), context.Params.MaxEventBytes);
            bool byEvent = context.SubmitAll && !reading.BadFraming && reading.Refusals.All(r => r.Errno != Errno.EFAULT);
            if ((reading.Request is null && !byEvent) || context.SlotsMost >= context.Params.NrReqs)
            {
                return;
            }

            if (reading.Request is null)
            {
                var completion = open ? Completion.Open : Completion.Certain;
                model.Accept(context, new ModelRequest { UserData = 0, Op = Aio2Catalog.Ops[0], Returns = [], Refused = true, Completion = completion });
                at += reading.Bytes;
                continue;
            }

            // Whether a record is accepted may be open, and with it everything that follows in this submission.
            open |= !reading.MustBeAccepted;
            if (open)
            {
                (reading.Request.Completion, reading.Request.AnyResult) = (Completion.Open, true);
                if (reading.Request.Pipe >= 0)
                {
                    model.World.PipeOpen[reading.Request.Pipe] = true;
                }
            }

            model.Accept(context, reading.Request);
            at += reading.Bytes;
        }
    }

    private static void Drain(AioModel model, ModelContext context)
    {
        for (int i = 0; i < context.Outstanding.Count;)
        {
            var request = context.Outstanding[i];
            if (request.Completion != Completion.Certain)
            {
                i++;
                continue;
            }

            if (request.ResultMin != request.ResultMax && request.Pipe >= 0)
            {
                model.World.PipeOpen[request.Pipe] = true;
            }

            model.Deliver(context, request, request.ResultMax);
        }

        context.Uncertain = context.HasOpen;
    }

    private static void Loosen(ModelContext context)
    {
        foreach (var request in context.Outstanding)
        {
            request.Completion = request.Completion == Completion.Blocked ? Completion.Open : request.Completion;
        }
    }
}
