using AioV2.Abi;
using AioV2.Abi.Trace;

namespace AioV2.Cli.Trace.View;

/// <summary>A trace put in order: contexts with their requests and rings, and the calls.</summary>
internal sealed class TraceStory
{
    private readonly Dictionary<ulong, TraceContext> _live = [];

    private TraceStory(TraceFile file) => File = file;

    /// <summary>Where it comes from.</summary>
    public TraceFile File { get; }

    /// <summary>In the order of their set-up; an id may come twice.</summary>
    public List<TraceContext> Contexts { get; } = [];

    /// <summary>Calls: start and duration in ns, kind, context or -1, result, thread.</summary>
    public List<(long Time, long Ns, int Kind, int Context, long Result, ulong Thread)> Calls { get; } = [];

    /// <summary>Records lost, by LOST records of all contexts.</summary>
    public ulong Lost => File.Lost;

    /// <summary>Reads a trace.</summary>
    /// <exception cref="TraceFormatException">It is not whole.</exception>
    public static TraceStory Read(TraceFile file)
    {
        var story = new TraceStory(file);
        var records = file.Read().ToList();

        // A call is told when it returns; what it did inside may be told by a stream that is written before.
        var owner = story.FindContexts(records);
        foreach (var (record, context) in records.Zip(owner))
        {
            if (record.Kind is Aio2TraceKind.Accept or Aio2TraceKind.Submit)
            {
                context?.Submitted(record);
            }
        }

        story.Contexts.ForEach(c => c.Await());
        foreach (var (record, context) in records.Zip(owner))
        {
            context?.Happened(record);
            if (record.IsCall)
            {
                story.Calls.Add((
                    (long)record.Time - (long)file.Start.TimeNs, (long)record.Number(Aio2TraceDestroy.Ns), record.Kind, context?.Index ?? -1,
                    record.Signed(Aio2TraceDestroy.Result), record.Number(Aio2TraceDestroy.Thread)));
            }
        }

        story.AddIssued(records);
        story.Calls.Sort((a, b) => a.Time.CompareTo(b.Time));
        return story;
    }

    // io_issue2 has no context: its requests are shown as those of one with the id 0.
    private void AddIssued(List<TraceRecord> records)
    {
        TraceContext? own = null;
        foreach (var record in records.Where(r => r.Kind == Aio2TraceKind.Issue && r.Signed(Aio2TraceIssue.Result) > 0).OrderBy(r => r.Time))
        {
            if (own is null)
            {
                Contexts.Add(own = new TraceContext(Contexts.Count, 0, 0, File.Start.TimeNs));
            }

            var (began, ns) = ((long)record.Time - (long)File.Start.TimeNs, (long)record.Number(Aio2TraceIssue.Ns));
            own.Requests.Add(new TraceRequest(own.Index, (ulong)own.Requests.Count, began)
            {
                Completed = began + ns, Reaped = began + ns, Iocb = record.Bytes(Aio2TraceIssue.Iocb), Event = record.Bytes(Aio2TraceIssue.Event),
            });
        }
    }

    // Ids are given again after a destroy: a context is an id from its set-up to its destroy.
    private List<TraceContext?> FindContexts(List<TraceRecord> records)
    {
        var lives = new Dictionary<ulong, List<(ulong From, TraceContext Context)>>();
        foreach (var record in records.Where(r => r.Kind == Aio2TraceKind.Setup && r.Number(Aio2TraceSetup.Ctx) != 0).OrderBy(r => r.Time))
        {
            Begin(lives, record.Number(Aio2TraceSetup.Ctx), record.Time, Answer(record));
        }

        // A set-up that was lost leaves its ring's first record.
        foreach (var record in records.Where(r => r.Kind == Aio2TraceKind.Ring && !lives.ContainsKey(r.Number(Aio2TraceRing.Ctx))))
        {
            Begin(lives, record.Number(Aio2TraceRing.Ctx), 0, default);
        }

        return [.. records.Select(r => Owner(lives, r))];
    }

    private void Begin(Dictionary<ulong, List<(ulong From, TraceContext Context)>> lives, ulong id, ulong from, Aio2Params answer)
    {
        var ringBytes = answer.RingAddr != 0 ? answer.RingBytes : 0;
        var context = new TraceContext(Contexts.Count, (uint)id, ringBytes, File.Start.TimeNs);
        Contexts.Add(context);
        if (!lives.TryGetValue(id, out var list))
        {
            lives.Add(id, list = []);
        }

        list.Add((from, context));
    }

    private static Aio2Params Answer(TraceRecord record)
    {
        var bytes = record.Bytes(Aio2TraceSetup.Answer).Span;
        return bytes.Length >= Aio2Params.SizeOf ? System.Runtime.InteropServices.MemoryMarshal.Read<Aio2Params>(bytes) : default;
    }

    private static TraceContext? Owner(Dictionary<ulong, List<(ulong From, TraceContext Context)>> lives, TraceRecord record)
    {
        var place = record.Kind switch
        {
            Aio2TraceKind.Accept => Aio2TraceAccept.Ctx,
            Aio2TraceKind.Complete => Aio2TraceComplete.Ctx,
            Aio2TraceKind.Ring => Aio2TraceRing.Ctx,
            Aio2TraceKind.Reap => Aio2TraceReap.Ctx,
            Aio2TraceKind.Issue or Aio2TraceKind.Probe => -1,
            _ when record.IsCall => Aio2TraceDestroy.Ctx,
            _ => -1,
        };
        return place >= 0 && lives.TryGetValue(record.Number(place), out var list)
            ? list.LastOrDefault(l => l.From <= record.Time, list[0]).Context
            : null;
    }
}
