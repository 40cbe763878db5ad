using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Abi.Trace;
using static AioV2.Kernel.Tests.Tracing.TracedHarness;

namespace AioV2.Kernel.Tests.Tracing;

/// <summary>What a recorded kernel tells is what happened.</summary>
public sealed unsafe class KernelTraceTests
{
    private static Aio2Params Setup(TracedHarness aio, uint flags, uint ringBytes = 4096, uint nrReqs = 64)
    {
        var parameters = new Aio2Params { RingBytes = ringBytes, NrReqs = nrReqs };
        Assert.Equal(0, aio.Calls.Setup(Aio2.Version, flags, &parameters, Aio2Params.SizeOf));
        return parameters;
    }

    private static long Submit(TracedHarness aio, uint ctx, params ReadOnlySpan<Iocb2> iocbs)
    {
        fixed (Iocb2* at = iocbs)
        {
            return aio.Calls.Submit(ctx, at, (nuint)(iocbs.Length * Iocb2.SizeOf), null);
        }
    }

    private static byte[] Take(TracedHarness aio, uint ctx, int minBytes)
    {
        var wait = new Aio2Wait { Size = Aio2Wait.SizeOf, Sec = Harness.Patience };
        var buffer = new byte[65536];
        fixed (byte* at = buffer)
        {
            var taken = aio.Calls.GetEvents(ctx, at, (nuint)buffer.Length, (nuint)minBytes, &wait, 0);
            Assert.True(taken >= minBytes, $"io_getevents2 said {taken}");
            return buffer[..(int)taken];
        }
    }

    private static Iocb2[] Nops(int count, ulong from = 0) => [.. Enumerable.Range(0, count).Select(i => Harness.Nop(from + (ulong)i))];

    [Theory, InlineData(0u), InlineData(Aio2Setup.UserReap)]
    public void Calls_are_told_with_arguments_results_and_bytes(uint flags)
    {
        using var aio = new TracedHarness();
        var parameters = Setup(aio, flags);
        var nops = Nops(3, 100);
        Assert.Equal(3 * Iocb2.SizeOf, Submit(aio, parameters.Ctx, nops));
        var events = Take(aio, parameters.Ctx, 3 * IoEvent2.SizeOf);
        Assert.Equal(-Errno.ENOENT, aio.Calls.Cancel(parameters.Ctx, 7, Aio2Cancel.All));
        Assert.Equal(-Errno.ENXIO, Submit(aio, parameters.Ctx + 1, nops));
        Assert.Equal(-Errno.EINVAL, aio.Calls.Probe(999, null, 0));
        Assert.Equal(0, aio.Calls.Destroy(parameters.Ctx));
        var records = aio.Finish();

        var setup = Assert.Single(Of(records, Aio2TraceKind.Setup));
        Assert.Equal((parameters.Ctx, flags, 0L), ((uint)setup.Number(Aio2TraceSetup.Ctx), (uint)setup.Number(Aio2TraceSetup.Flags), setup.Signed(Aio2TraceSetup.Result)));
        Assert.Equal(parameters.Ctx, MemoryMarshal.Read<Aio2Params>(setup.Bytes(Aio2TraceSetup.Answer).Span).Ctx);
        Assert.Equal(0u, MemoryMarshal.Read<Aio2Params>(setup.Bytes(Aio2TraceSetup.Params).Span).Ctx);
        var submits = Of(records, Aio2TraceKind.Submit);
        Assert.Equal([-Errno.ENXIO, 3 * Iocb2.SizeOf], submits.Select(s => s.Signed(Aio2TraceSubmit.Result)).Order());
        Assert.Equal(MemoryMarshal.AsBytes(nops.AsSpan()).ToArray(), submits.Single(s => s.Signed(Aio2TraceSubmit.Result) > 0).Bytes(Aio2TraceSubmit.Iocbs).ToArray());
        Assert.Equal(events, Assert.Single(Of(records, Aio2TraceKind.Getevents)).Bytes(Aio2TraceGetevents.Events).ToArray());
        Assert.Equal((7ul, -Errno.ENOENT), (Of(records, Aio2TraceKind.Cancel)[0].Number(Aio2TraceCancel.UserData), (int)Of(records, Aio2TraceKind.Cancel)[0].Signed(Aio2TraceCancel.Result)));
        Assert.Equal(999ul, Assert.Single(Of(records, Aio2TraceKind.Probe)).Number(Aio2TraceProbe.What));
        Assert.Equal(0, Assert.Single(Of(records, Aio2TraceKind.Destroy)).Signed(Aio2TraceDestroy.Result));
        Assert.Equal([0ul, 1, 2], Accepted(records));
        Assert.Equal([0ul, 1, 2], Completed(records));
    }

    [Fact]
    public void The_ring_records_hold_every_event_in_order_and_show_the_list_fill_and_drain()
    {
        const int Count = 400;
        using var aio = new TracedHarness();
        var parameters = Setup(aio, Aio2Setup.UserReap, ringBytes: 4096, nrReqs: Count);
        Assert.Equal(Count * Iocb2.SizeOf, Submit(aio, parameters.Ctx, Nops(Count)));
        var taken = new List<byte>();
        while (taken.Count < Count * IoEvent2.SizeOf)
        {
            taken.AddRange(Take(aio, parameters.Ctx, IoEvent2.SizeOf));
        }

        Assert.Equal(0, aio.Calls.Destroy(parameters.Ctx));
        var records = aio.Finish();
        var rings = Of(records, Aio2TraceKind.Ring);
        ulong tail = 0;
        var users = new List<ulong>();
        foreach (var ring in rings)
        {
            var content = ring.Bytes(Aio2TraceRing.Events).Span;
            Assert.Equal(ring.Number(Aio2TraceRing.Tail) - tail, (ulong)content.Length);
            tail = ring.Number(Aio2TraceRing.Tail);
            Assert.InRange(tail - ring.Number(Aio2TraceRing.Head), 0ul, 4096ul);
            while (!content.IsEmpty)
            {
                var bytes = MemoryMarshal.Read<int>(content);
                if ((MemoryMarshal.Read<ushort>(content[IoEvent2.At.Flags..]) & Aio2EventFlags.Pad) == 0)
                {
                    users.Add(MemoryMarshal.Read<IoEvent2>(content).UserData);
                }

                content = content[bytes..];
            }
        }

        Assert.Equal(Enumerable.Range(0, Count).Select(i => (ulong)i), users);
        Assert.Contains(rings, r => r.Number(Aio2TraceRing.List) > 0 && (r.Number(Aio2TraceRing.Flags) & Aio2RingFlags.Overflow) != 0);
        Assert.Equal((tail, 0ul, 0ul), (rings[^1].Number(Aio2TraceRing.Head), rings[^1].Number(Aio2TraceRing.List), rings[^1].Number(Aio2TraceRing.Flags) & Aio2RingFlags.Overflow));
    }

    [Theory, InlineData(EngineKind.Threads), InlineData(EngineKind.IoUring), InlineData(EngineKind.Simulated)]
    public void What_an_engine_runs_is_accepted_then_issued_then_completed(EngineKind engine)
    {
        using var aio = new TracedHarness(engine);
        using var pipe = new Pipe();
        var buffer = stackalloc byte[8];
        var parameters = Setup(aio, Aio2Setup.UserReap);
        Assert.Equal(Iocb2.SizeOf, Submit(aio, parameters.Ctx, Harness.Read(pipe.ReadEnd, buffer, 8, -1, 5)));
        pipe.Put(8);
        _ = Take(aio, parameters.Ctx, IoEvent2.SizeOf);
        Assert.Equal(0, aio.Calls.Destroy(parameters.Ctx));
        var records = aio.Finish();

        var accept = Assert.Single(Of(records, Aio2TraceKind.Accept));
        var complete = Assert.Single(Of(records, Aio2TraceKind.Complete));
        Assert.Equal(accept.Number(Aio2TraceAccept.First), complete.Number(Aio2TraceComplete.First));
        Assert.InRange(complete.Number(Aio2TraceComplete.Issued), Of(records, Aio2TraceKind.Submit)[0].Time, complete.Time);
    }

    [Fact]
    public void Many_threads_on_many_contexts_lose_no_request_in_the_telling()
    {
        const int Threads = 4, Rounds = 50, Batch = 8;
        using var aio = new TracedHarness();
        uint[] contexts = [Setup(aio, 0).Ctx, Setup(aio, 0).Ctx];
        var workers = Enumerable.Range(0, Threads).Select(t => Task.Factory.StartNew(() =>
        {
            for (var i = 0; i < Rounds; i++)
            {
                Assert.Equal(Batch * Iocb2.SizeOf, Submit(aio, contexts[t % 2], Nops(Batch)));
                _ = Take(aio, contexts[t % 2], 0);
            }
        }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();
        Assert.True(((IAsyncResult)Task.WhenAll(workers)).AsyncWaitHandle.WaitOne(TimeSpan.FromSeconds(Harness.Patience)));
        Assert.All(workers, w => Assert.Null(w.Exception));
        var records = aio.Finish();

        Assert.Equal(0ul, aio.File!.Lost);
        Assert.All(contexts, ctx =>
        {
            var own = records.Where(r => r.Kind is Aio2TraceKind.Accept or Aio2TraceKind.Complete && r.Number(Aio2TraceAccept.Ctx) == ctx).ToList();
            var all = Enumerable.Range(0, Threads / 2 * Rounds * Batch).Select(i => (ulong)i);
            Assert.Equal(all, Accepted(own).Order());
            Assert.Equal(all, Completed(own).Order());
        });
    }

    [Fact]
    public void A_trace_stops_at_its_limit_and_counts_what_it_left_out()
    {
        const long Limit = 300_000;
        using var aio = new TracedHarness(limitBytes: Limit);
        var parameters = Setup(aio, 0);
        for (var i = 0; i < 400; i++)
        {
            Assert.Equal(32 * Iocb2.SizeOf, Submit(aio, parameters.Ctx, Nops(32)));
            _ = Take(aio, parameters.Ctx, 32 * IoEvent2.SizeOf);
        }

        _ = aio.Finish();
        Assert.Equal("limit", aio.File!.Reason);
        Assert.True(aio.File.Lost > 0);
        Assert.InRange(new FileInfo(aio.File.Path).Length, Limit, Limit + 65536);
    }

    [Fact]
    public void A_run_that_is_longer_than_the_stream_takes_is_told_whole()
    {
        const int Count = 20_000;
        using var aio = new TracedHarness();
        var parameters = Setup(aio, 0, nrReqs: Count);
        var nops = Nops(Count);
        Assert.Equal(Count * Iocb2.SizeOf, Submit(aio, parameters.Ctx, nops));
        var records = aio.Finish();

        Assert.Equal(MemoryMarshal.AsBytes(nops.AsSpan()).ToArray(), Assert.Single(Of(records, Aio2TraceKind.Submit)).Bytes(Aio2TraceSubmit.Iocbs).ToArray());
    }

    [Fact]
    public void A_moved_ring_goes_on_at_the_same_positions()
    {
        using var aio = new TracedHarness();
        var parameters = Setup(aio, Aio2Setup.UserReap);
        Assert.Equal(10 * Iocb2.SizeOf, Submit(aio, parameters.Ctx, Nops(10)));
        var info = new Aio2RingInfo { Size = (uint)sizeof(Aio2RingInfo), RingBytes = 8192 };
        Assert.Equal(0, aio.Calls.RingCtl(parameters.Ctx, Aio2Ctl.Resize, (ulong)&info));
        Assert.Equal(10 * Iocb2.SizeOf, Submit(aio, parameters.Ctx, Nops(10, 10)));
        var taken = Take(aio, parameters.Ctx, 20 * IoEvent2.SizeOf).Length;
        Assert.Equal(20 * IoEvent2.SizeOf, taken);
        var records = aio.Finish();

        Assert.Equal(8192u, MemoryMarshal.Read<Aio2RingInfo>(Assert.Single(Of(records, Aio2TraceKind.RingCtl)).Bytes(Aio2TraceRingCtl.Info).Span).RingBytes);
        Assert.Equal(20 * IoEvent2.SizeOf, Of(records, Aio2TraceKind.Ring).Sum(r => r.Bytes(Aio2TraceRing.Events).Length));
        Assert.Contains(Of(records, Aio2TraceKind.Ring), r => r.Number(Aio2TraceRing.List) == 10 * IoEvent2.SizeOf);
    }

    [Fact]
    public void What_a_context_told_is_in_the_file_when_its_destroy_returns()
    {
        using var aio = new TracedHarness();
        for (var round = 1; round <= 20; round++)
        {
            var parameters = Setup(aio, 0);
            Assert.Equal(5 * Iocb2.SizeOf, Submit(aio, parameters.Ctx, Nops(5)));
            Assert.Equal(0, aio.Calls.Destroy(parameters.Ctx));
            var records = aio.LeftBehind();
            Assert.Equal((round, round, 5 * round), (Of(records, Aio2TraceKind.Destroy).Count, Of(records, Aio2TraceKind.Submit).Count, Completed(records).Count));
        }
    }
}
