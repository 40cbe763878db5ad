using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Kernel.Linux;
using AioV2.Kernel.Requests;
using AioV2.Kernel.Tests.Engines;
using AioV2.Tests;

namespace AioV2.Kernel.Tests;

/// <summary>io_list2 (LIST-1, CANCEL-2), on every engine.</summary>
public sealed unsafe class ListTests
{
    public static TheoryData<EngineUnderTest> Engines => EngineBench.All;

    private static long Page(Harness aio, ref ulong cursor, Span<byte> buffer)
    {
        fixed (byte* p = buffer)
        fixed (ulong* c = &cursor)
        {
            return aio.Kernel.List(aio.Ctx, c, p, (nuint)buffer.Length);
        }
    }

    private static List<(Aio2Request Head, byte[] Iocb)> Split(ReadOnlySpan<byte> run)
    {
        var list = new List<(Aio2Request, byte[])>();
        while (!run.IsEmpty)
        {
            var head = MemoryMarshal.Read<Aio2Request>(run);
            list.Add((head, run[Aio2Request.SizeOf..(int)head.Bytes].ToArray()));
            run = run[(int)head.Bytes..];
        }

        return list;
    }

    private static List<(Aio2Request Head, byte[] Iocb)> All(Harness aio, int bufferBytes = 65536)
    {
        var list = new List<(Aio2Request, byte[])>();
        var buffer = new byte[bufferBytes];
        ulong cursor = 0;
        do
        {
            var got = Page(aio, ref cursor, buffer);
            Assert.True(got >= 0, $"io_list2 said {got}");
            list.AddRange(Split(buffer.AsSpan(0, (int)got)));
        }
        while (cursor != 0);
        return list;
    }

    [Fact]
    public void A_requests_header_ends_where_its_iocb_begins() => Assert.Equal(Request.SizeOf, sizeof(Request));

    [Theory, MemberData(nameof(Engines)), Requirement("LIST-1", "CANCEL-2")]
    public void Requests_in_flight_are_listed_in_order_byte_for_byte_and_cancellable(EngineUnderTest engine)
    {
        using var bench = new EngineBench(engine);
        using var pipe = new Pipe();
        var aio = bench.Aio;
        var data = aio.Memory(64);
        Assert.Empty(All(aio));
        var records = Enumerable.Range(0, 5).Select(i =>
        {
            var record = Record.Of(Harness.Read(pipe.ReadEnd, data, 1, -1, (ulong)(100 - i)));
            for (var n = 0; n < i; n++)
            {
                record.Attribute((ushort)(0x8000 + n), ScratchFile.Pattern(20, n));
            }

            return record.Bytes;
        }).ToArray();
        Assert.All(records, r => Assert.Equal(r.Length, aio.Submit(r)));

        var listed = All(aio);
        Assert.Equal(records, listed.Select(r => r.Iocb));
        Assert.Equal(listed.Select(r => r.Head.Id).Order().Distinct(), listed.Select(r => r.Head.Id));
        Assert.All(listed, r => Assert.Equal((Aio2RequestFlags.Cancellable, 0L), (r.Head.Flags, r.Head.Res)));
        Assert.All(listed, r => Assert.True(r.Head.State is Aio2RequestState.Queued or Aio2RequestState.Running));

        // What can be cancelled is what io_cancel2 takes; and it leaves the iocb as it was for those that stay.
        Assert.Equal(1, aio.Kernel.Cancel(aio.Ctx, 98, 0));
        Assert.Equal(98ul, aio.ReapOne().UserData);
        Assert.Equal(records.Where((_, i) => i != 2), All(aio).Select(r => r.Iocb));
    }

    [Theory, MemberData(nameof(Engines)), Requirement("LIST-1")]
    public void A_request_whose_event_is_on_the_list_is_done_with_its_result(EngineUnderTest engine)
    {
        using var kernel = EmbeddedKernel.Create(new KernelOptions { Engine = EngineBench.KindOf(engine) });
        using var aio = Harness.Context(flags: 0, kernel: kernel);
        using var pipe = new Pipe();
        var data = aio.Memory(64);
        aio.Submit(Harness.Read(pipe.ReadEnd, data, 1, -1, 1), Harness.Nop(2), Harness.Read(pipe.ReadEnd, data, 3, -1, 3));
        Assert.Equal(1, kernel.Cancel(aio.Ctx, 3, 0));
        var seen = All(aio);
        for (var bound = 0; seen.All(r => r.Head.State != Aio2RequestState.Done || r.Head.Res == 0); seen = All(aio))
        {
            Assert.True(++bound < 200_000, "the cancelled read never ended");
            Thread.Yield();
        }

        Assert.Equal([(1, 0L), (2, 0L), (3, -(long)Errno.ECANCELED)], seen.Select(r => ((int)MemoryMarshal.Read<Iocb2>(r.Iocb).UserData, r.Head.Res)));
        Assert.Equal([false, true, true], seen.Select(r => r.Head.State == Aio2RequestState.Done));
        Assert.Equal([Aio2RequestFlags.Cancellable, 0, 0], seen.Select(r => r.Head.Flags));

        // Once reaped it is gone.
        Assert.Equal([2ul, 3ul], aio.Reap(2).Select(e => e.UserData));
        Assert.Single(All(aio));
    }

    [Fact, Requirement("LIST-1", "RING-7")]
    public void What_the_ring_has_no_room_for_is_listed_and_what_is_in_the_ring_is_the_reapers()
    {
        const int InRing = 4096 / IoEvent2.SizeOf;
        using var aio = Harness.Context(nrReqs: InRing + 40);
        Assert.Equal(200 * Iocb2.SizeOf, aio.Submit([.. Enumerable.Range(0, 200).Select(i => Harness.Nop((ulong)i))]));
        var listed = All(aio, 400).Select(r => MemoryMarshal.Read<Iocb2>(r.Iocb).UserData).ToList();
        Assert.Equal(Enumerable.Range(InRing, 200 - InRing).Select(i => (ulong)i), listed);
        Assert.Equal(200, aio.Reap(200).Select(e => e.UserData).Distinct().Count());
        Assert.Empty(All(aio));
    }

    [Theory, InlineData(72), InlineData(100), InlineData(150), InlineData(5000)]
    [Requirement("LIST-1")]
    public void A_walk_goes_on_where_it_stopped_and_tells_no_request_twice(int bufferBytes)
    {
        const int Requests = 600;
        using var aio = Harness.Context(flags: 0, nrReqs: Requests + 10);
        Assert.Equal(Requests * Iocb2.SizeOf, aio.Submit([.. Enumerable.Range(0, Requests).Select(i => Harness.Nop((ulong)i))]));
        var buffer = new byte[bufferBytes];
        ulong cursor = 0;
        var told = new List<ulong>();
        var random = new Random(bufferBytes);
        var reaped = 0;
        do
        {
            var got = Page(aio, ref cursor, buffer);
            Assert.True(got >= 0);
            told.AddRange(Split(buffer.AsSpan(0, (int)got)).Select(r => MemoryMarshal.Read<Iocb2>(r.Iocb).UserData));

            // The list changes under the walk: the oldest go.
            if (random.Next(4) == 0 && reaped < Requests)
            {
                Assert.Equal(IoEvent2.SizeOf, aio.Poll(new byte[IoEvent2.SizeOf]));
                reaped++;
            }
        }
        while (cursor != 0);
        Assert.Equal(told.Order().Distinct(), told);
        Assert.Equal((ulong)Requests - 1, told[^1]);
        Assert.True(told.Count >= Requests - reaped);
    }

    [Fact, Requirement("LIST-1", "ERR-1")]
    public void Bad_arguments_are_refused_in_order_and_a_hostile_cursor_is_only_a_place()
    {
        using var aio = Harness.Context(flags: 0);
        aio.Submit(Harness.Nop(1), Harness.Nop(2));
        var cursor = 0ul;
        var buffer = new byte[200];
        Assert.Equal(-Errno.EMSGSIZE, Page(aio, ref cursor, buffer.AsSpan(0, 71)));
        Assert.Equal(0ul, cursor);
        Assert.Equal(-Errno.ENXIO, aio.Kernel.List(aio.Ctx + 99, null, null, 0));
        Assert.Equal(-Errno.EFAULT, aio.Kernel.List(aio.Ctx, null, (void*)16, 200));
        Assert.Equal(-Errno.EFAULT, aio.Kernel.List(aio.Ctx, &cursor, (void*)16, 200));
        Assert.Equal(0ul, cursor);

        var readOnly = (ulong*)Libc.Mmap(null, 4096, Libc.PROT_READ, Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS, -1, 0);
        fixed (byte* p = buffer)
        {
            Assert.Equal(-Errno.EFAULT, aio.Kernel.List(aio.Ctx, readOnly, p, 200));
        }

        _ = Libc.Munmap(readOnly, 4096);
        foreach (var hostile in new[] { 2ul, 3ul, ulong.MaxValue, ulong.MaxValue - 1, 1ul << 63, (ulong)&cursor })
        {
            cursor = hostile;
            Assert.Equal(0, Page(aio, ref cursor, buffer));
            Assert.Equal(0ul, cursor);
        }

        cursor = 1;
        Assert.Equal(72, Page(aio, ref cursor, buffer));
        Assert.Equal(0ul, cursor);
    }

    [Theory, MemberData(nameof(Engines)), Requirement("LIST-1", "CANCEL-1", "DESTROY-1")]
    public void Walks_against_submit_reap_cancel_and_destroy(EngineUnderTest engine)
    {
        using var kernel = EmbeddedKernel.Create(new KernelOptions { Engine = EngineBench.KindOf(engine) });
        for (var seed = 0; seed < 15; seed++)
        {
            using var aio = Harness.Context(nrReqs: 600, flags: seed % 2 == 0 ? 0 : Aio2Setup.UserReap, kernel: kernel);
            using var pipe = new Pipe();
            var data = aio.Memory(64);
            var failures = 0;
            void Until(Func<long> call)
            {
                long result;
                while ((result = call()) != -Errno.ENXIO)
                {
                    Interlocked.Add(ref failures, result is -Errno.EFAULT or -Errno.EINVAL ? 1 : 0);
                }
            }

            var random = new Random(seed);
            var threads = new Thread[]
            {
                new(() => Until(() => aio.Submit(Harness.Read(pipe.ReadEnd, data, 1, -1, (ulong)random.Next(8)), Harness.Nop(9)))),
                new(() => Until(() => aio.Kernel.Cancel(aio.Ctx, (ulong)Environment.TickCount64 % 8, Aio2Cancel.All))),
                new(() => Until(() => aio.Poll(new byte[512]))),
                new(() => Until(() =>
                {
                    var buffer = new byte[1000];
                    ulong cursor = 0, last = 0;
                    long got;
                    do
                    {
                        got = Page(aio, ref cursor, buffer);
                        foreach (var (head, _) in Split(buffer.AsSpan(0, (int)Math.Max(got, 0))))
                        {
                            Interlocked.Add(ref failures, head.Id + 1 > last ? 0 : 1);
                            last = head.Id + 1;
                        }
                    }
                    while (got >= 0 && cursor != 0);
                    return got;
                })),
            };
            Array.ForEach(threads, t => t.Start());
            Thread.Sleep(5 + (seed * 2));
            Assert.Equal(0, aio.Destroy());
            Assert.All(threads, t => Assert.True(t.Join(TimeSpan.FromSeconds(Harness.Patience)), $"seed {seed}"));
            Assert.Equal(0, failures);
        }
    }
}
