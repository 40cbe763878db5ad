using AioV2.Abi;
using AioV2.Abi.Calls;
using AioV2.Abi.Trace;
using AioV2.Kernel.Tracing;

namespace AioV2.Kernel.Tests.Tracing;

/// <summary>A recorded kernel, and what the trace holds afterwards.</summary>
internal sealed class TracedHarness : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"aio2-trace-{Guid.NewGuid():n}");
    private readonly KernelTrace _trace;

    public TracedHarness(EngineKind engine = EngineKind.Threads, long limitBytes = KernelTrace.DefaultLimitBytes)
    {
        _trace = KernelTrace.Create(_path, engine.ToString(), limitBytes);
        Kernel = EmbeddedKernel.Create(new KernelOptions { Engine = engine, Trace = _trace, MaxWorkers = 4 });
        Calls = _trace.Calls(Kernel);
    }

    public EmbeddedKernel Kernel { get; }

    public IAio2 Calls { get; }

    public TraceFile? File { get; private set; }

    /// <summary>What a process that ended now would leave behind, as who watched it would end the file.</summary>
    public List<TraceRecord> LeftBehind()
    {
        var copy = _path + ".copy";
        System.IO.File.Copy(_path, copy);
        try
        {
            Assert.True(TraceFile.Seal(copy, "left"));
            return [.. TraceFile.Open(copy).Read()];
        }
        finally
        {
            System.IO.File.Delete(copy);
        }
    }

    /// <summary>Ends the recording.</summary>
    public List<TraceRecord> Finish()
    {
        Kernel.Dispose();
        _trace.Dispose();
        File = TraceFile.Open(_path);
        return [.. File.Read()];
    }

    public static List<TraceRecord> Of(IEnumerable<TraceRecord> records, int kind) => [.. records.Where(r => r.Kind == kind)];

    /// <summary>Numbers of requests in records of one kind that count them from a first one on.</summary>
    public static List<ulong> Numbers(IEnumerable<TraceRecord> records, int kind, int first, int count) =>
        [.. Of(records, kind).SelectMany(r => Enumerable.Range(0, (int)r.Number(count)).Select(i => r.Number(first) + (ulong)i))];

    public static List<ulong> Accepted(IEnumerable<TraceRecord> records) => Numbers(records, Aio2TraceKind.Accept, Aio2TraceAccept.First, Aio2TraceAccept.Count);

    public static List<ulong> Completed(IEnumerable<TraceRecord> records) => Numbers(records, Aio2TraceKind.Complete, Aio2TraceComplete.First, Aio2TraceComplete.Count);

    public void Dispose()
    {
        Kernel.Dispose();
        _trace.Dispose();
        System.IO.File.Delete(_path);
    }
}
