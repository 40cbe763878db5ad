using System.Diagnostics;
using System.Text;
using AioV2.Abi.Calls;
using AioV2.Abi.Codecs;
using AioV2.Abi;
using AioV2.Cli.Dump;
using AioV2.Spec.Parse;
using AioV2.UserLib.Returns;
using AioV2.UserLib;

namespace AioV2.Cli.Demo;

/// <summary>The steps of <c>aio2 demo</c>: each shows one thing that v1 could not do, and names its requirements.</summary>
internal sealed unsafe class GuidedDemo(IAio2 kernel, string engine, TextWriter output, CancellationToken stop) : IDisposable
{
    private const int BlockBytes = 4096;
    private const ushort NobodysType = 0x8001;

    // Generous: reached only if something is broken.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("aio2-demo-");
    private readonly AioBuffer _buffer = new(2 * BlockBytes);
    private readonly AioBatch _batch = new();
    private readonly RecordDump _dump = new(output, BuiltInSpec.Load());
    private readonly Dictionary<ulong, string> _reaped = [];
    private int _step;
    private long _submitted;
    private long _events;

    /// <summary>Requests accepted whose final event was not reaped.</summary>
    internal long Lost => _submitted - _events;

    /// <summary>Runs all steps.</summary>
    internal void Run()
    {
        var path = Path.Combine(_folder.FullName, "data");
        File.WriteAllBytes(path, Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("AIO v2. ", BlockBytes / 8))));
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        var fd = (int)file.DangerousGetHandle();

        using (var context = Open(new AioContextOptions { EventFd = true }))
        {
            Submission(context, fd);
            ReapFromUserSpace(context);
            ReapByCall(context, fd);
            Unsupported(context, fd);
        }

        Overflow();
        output.WriteLine();
        output.WriteLine($"{_events} events of {_submitted} requests, {Lost} lost");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _batch.Dispose();
        ((IDisposable)_buffer).Dispose();
        _folder.Delete(recursive: true);
    }

    private AioContext Open(AioContextOptions options)
    {
        var context = AioContext.Open(kernel, options);
        Step("io_setup2: a context with a shared ring and an eventfd of its own", "SETUP-1 SETUP-4 SETUP-5 SETUP-7 SETUP-9 RING-1");
        output.WriteLine($"  engine {engine}; context {context.Id}: {context.RequestSlots} slots, {context.RingBytes} bytes of ring, events of up to {context.MaxEventBytes} bytes");
        return context;
    }

    private void Submission(AioContext context, int fd)
    {
        Step("io_submit2: two iocbs of different size, packed, with attributes", "SUBMIT-1 SUBMIT-3 ATTR-1");
        AddPair(fd);
        _ = _dump.Run(RecordKind.Iocbs, _batch.Packed);
        Ring("ring before", context);
        Submit(context);
        Await(context, events: 2);
        Ring("ring after ", context);
    }

    private void ReapFromUserSpace(AioContext context)
    {
        Step("reaped from user space: no call was made for these", "RING-2 RING-3 RING-4 RING-8 ATTR-2");
        while (context.TryReap(out var completion))
        {
            Show(completion);
            _reaped[completion.UserData] = Said(completion.Result, completion.Returns);
        }

        Ring("ring now   ", context);
    }

    private void ReapByCall(AioContext context, int fd)
    {
        Step("the same requests again, reaped by io_getevents2", "GET-1 GET-5");
        AddPair(fd);
        Submit(context);
        var buffer = new byte[Aio2.EventMax];
        for (var left = 2; left > 0;)
        {
            var run = context.GetEvents(buffer, timeout: Patience);
            var bytes = 0;
            while (run.TryNext(out var reader))
            {
                bytes = run.Offset;
                left--;
                _events++;
                if (!_reaped.Remove(reader.UserData, out var before) || before != Said(reader.Res, reader.Returns))
                {
                    throw new CliException($"the call gave another event {reader.UserData} than the ring did (GET-5)");
                }
            }

            _ = _dump.Run(RecordKind.Events, buffer.AsSpan(0, bytes == 0 ? throw Overdue() : bytes));
        }

        output.WriteLine("  the same two events as in step 3, but for what is measured anew: TIMING and CACHE");
    }

    /// <summary>What an event says, but for what is another each time.</summary>
    private static string Said(long result, ReturnReader returns)
    {
        var text = new StringBuilder($"{result}");
        foreach (var found in returns)
        {
            var measured = found.Type is Aio2AttrType.Timing or Aio2AttrType.Cache;
            text.Append($" {found.Type}:{found.Flags}:{found.Status}:{found.Payload.Length}:{(measured ? "" : Convert.ToHexStringLower(found.Payload))}");
        }

        return text.ToString();
    }

    private void Unsupported(AioContext context, int fd)
    {
        Step("an attribute that nobody here knows: the request runs, its return says so", "ATTR-2 ATTR-3 ATTR-5");
        var unknown = AioAttributes.None.With(NobodysType, [1, 2, 3, 4, 5, 6, 7, 8]);
        _batch.Read(fd, _buffer.Address, BlockBytes, 0, userData: 3, unknown);
        Submit(context);
        Show(Next(context));

        Step("the same, REQUIRED: the submission is refused, and told where and why", "ATTR-3 SUBMIT-5");
        var required = AioAttributes.None.With(NobodysType, [1, 2, 3, 4, 5, 6, 7, 8], Aio2AttrFlags.Required);
        _batch.Read(fd, _buffer.Address, BlockBytes, 0, userData: 4, required);
        try
        {
            _submitted += context.Submit(_batch);
            throw new CliException("a required attribute that is not known was accepted (ATTR-3)");
        }
        catch (Aio2Exception e) when (e.Errno == Errno.EOPNOTSUPP)
        {
            output.WriteLine($"  {e.Message}");
            _batch.Clear();
        }
    }

    private void Overflow()
    {
        const int requests = 200;
        using var context = Open(new AioContextOptions { RingBytes = 4096, RequestSlots = requests, EventFd = true });
        var fits = context.RingBytes / IoEvent2.SizeOf;
        Step($"{requests} events for a ring that holds {fits}: the rest waits on the overflow list", "RING-6 RING-7 RING-8 RING-9 RING-10");
        for (var n = 0; n < requests; n++)
        {
            _batch.Nop((ulong)n);
        }

        Submit(context);
        var started = Stopwatch.GetTimestamp();
        while (context.RingState is { } state && state.OverflowEvents < (ulong)(requests - fits))
        {
            // Each completion pass signals once; the list is complete when its counter says so.
            context.EventFd.Wait(TimeSpan.FromMilliseconds(100));
            context.EventFd.Clear();
            Check(started);
        }

        Ring("ring full  ", context);
        var reaped = 0;
        for (; context.TryReap(out var completion); reaped++)
        {
            if (completion.UserData >= requests || completion.Result != 0)
            {
                throw new CliException($"an event that nobody asked for: user_data {completion.UserData}, result {completion.Result}");
            }
        }

        _events += reaped;
        output.WriteLine($"  reaped {reaped}; an empty ring with OVERFLOW set made the reaper call io_getevents2, which drained the list");
        Ring("ring now   ", context);
    }

    private void AddPair(int fd)
    {
        _batch.Read(fd, _buffer.Address, BlockBytes, 0, userData: 1, AioAttributes.None.WithTiming().WithCache().WithChecksum());
        _batch.Write(fd, _buffer.Address + BlockBytes, 512, BlockBytes, userData: 2, AioAttributes.None.WithTraceId(0xfeed, 0xbeef));
    }

    private void Submit(AioContext context)
    {
        var count = _batch.Count;
        var bytes = _batch.Bytes;
        var taken = context.Submit(_batch);
        _submitted += taken;
        output.WriteLine($"  io_submit2 accepted {bytes - _batch.Bytes} of {bytes} bytes: {taken} of {count} requests");
        if (_batch.Count > 0)
        {
            throw new CliException("the kernel did not accept the whole batch although it has slots for it (RING-9)");
        }
    }

    /// <summary>Waits on the eventfd until that many events lie in the ring, and reaps none.</summary>
    private void Await(AioContext context, int events)
    {
        var started = Stopwatch.GetTimestamp();
        var least = (ulong)(events * IoEvent2.SizeOf);
        long signals = 0;
        while (context.RingState is { } state && !Complete(state))
        {
            context.EventFd.Wait(TimeSpan.FromMilliseconds(100));
            signals += context.EventFd.Clear();
            Check(started);
        }

        output.WriteLine($"  the eventfd was signalled {signals} times");

        bool Complete(AioRingState state) => state.Tail - state.Head >= least + PairReturns;
    }

    /// <summary>Bytes of the returns of <see cref="AddPair"/>, known before it is submitted (ATTR-6).</summary>
    private static ulong PairReturns => (ulong)(
        AioAttributes.None.WithTiming().WithCache().WithChecksum().ReturnBytes + AioAttributes.None.WithTraceId(0, 0).ReturnBytes);

    private static Completion Next(AioContext context) => context.Reap(out var completion, Patience) ? completion : throw Overdue();

    private void Show(in Completion completion)
    {
        _events++;
        output.WriteLine($"  event {completion.UserData}: result {completion.Result}");
        foreach (var found in completion.Returns)
        {
            var status = found.Status == 0 ? "handled" : $"-{Errno.NameOf(-found.Status)}";
            output.WriteLine($"    {TypeName(found.Type),-24} {status,-12} {Value(completion, found.Type)}".TrimEnd());
        }
    }

    private static string TypeName(ushort type) => Aio2AttrType.NameOf(type) is { } name ? $"AIO2_ATTR_TYPE_{name}" : $"0x{type:x4}";

    private static string Value(in Completion completion, ushort type) => type switch
    {
        Aio2AttrType.Timing when completion.TryGet<TimingReturn>(out var t) =>
            $"issued after {t.Issue - t.Submit} ns, completed after {t.LatencyNanoseconds} ns",
        Aio2AttrType.Cache when completion.TryGet<CacheReturn>(out var c) => $"{Aio2CacheState.NameOf(c.State)}, {c.Bytes} bytes from the page cache",
        Aio2AttrType.Checksum when completion.TryGet<ChecksumReturn>(out var s) => $"{Aio2Checksum.NameOf(s.Algorithm)} {s.Checksum:x8} of {s.Bytes} bytes",
        Aio2AttrType.TraceId when completion.TryGet<TraceIdReturn>(out var i) => $"{i.High:x16}{i.Low:x16}",
        _ => "",
    };

    private void Ring(string when, AioContext context)
    {
        if (context.RingState is { } ring)
        {
            var flags = ring.Flags == 0 ? "0" : Aio2RingFlags.NameOf(ring.Flags) ?? $"0x{ring.Flags:x}";
            output.WriteLine(
                $"  {when}  head {ring.Head,5}  tail {ring.Tail,5}  flags {flags,-8}  overflow: {ring.OverflowEvents} events, {ring.OverflowEpisodes} episodes");
        }
    }

    private void Step(string what, string requirements)
    {
        stop.ThrowIfCancellationRequested();
        output.WriteLine();
        output.WriteLine($"{++_step}. {what}  [{requirements}]");
    }

    private void Check(long started)
    {
        stop.ThrowIfCancellationRequested();
        if (Stopwatch.GetElapsedTime(started) > Patience)
        {
            throw Overdue();
        }
    }

    private static CliException Overdue() => new($"an event did not come within {Patience.TotalSeconds} s");
}
