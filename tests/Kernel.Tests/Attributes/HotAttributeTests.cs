using System.Globalization;
using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Kernel.Linux;
using AioV2.Kernel.Tests.Engines;
using AioV2.Tests;

namespace AioV2.Kernel.Tests.Attributes;

/// <summary>Reads with attributes that end inside io_submit2 without a block of their own: several alike do, one alone does not
/// (SUBMIT-6, ATTR-1…7, RING-6).</summary>
public sealed unsafe class HotAttributeTests
{
    private const int FileBytes = 8192, ReadBytes = 512;

    private static readonly Func<Record, int, Record>[] Shapes =
    [
        (r, _) => r,
        (r, _) => r.Attribute(Aio2AttrType.Timing),
        (r, _) => r.Attribute(Aio2AttrType.Cache, flags: Aio2AttrFlags.Required),
        (r, i) => TraceId(r, i),
        (r, i) => TraceId(r.Attribute(Aio2AttrType.Timing).Attribute(Aio2AttrType.Cache), i),
        (r, i) => TraceId(r, i, Aio2AttrFlags.Noreturn).Attribute(Aio2AttrType.Cache),
        (r, _) => r.Attribute(Aio2AttrType.Timing, flags: Aio2AttrFlags.Noreturn),
        (r, i) => r.Attribute(61, BitConverter.GetBytes((long)i)).Attribute(Aio2AttrType.Cache),
        (r, i) => TraceId(r, i).Attribute(Aio2AttrType.Retry),
    ];

    [Theory, InlineData(0u), InlineData(Aio2Setup.UserReap), InlineData(Aio2Setup.Defer)]
    [Requirement("RING-6", "ATTR-1", "ATTR-2", "ATTR-3", "ATTR-4", "ATTR-7")]
    public void A_read_in_a_run_ends_with_the_event_that_it_has_alone(uint kind)
    {
        using var aio = Harness.Context(nrReqs: 400, flags: kind);
        using var alone = Harness.Context(nrReqs: 1);
        var fds = new[] { EngineBench.OpenTmpfs(FileBytes), EngineBench.OpenTmpfs(FileBytes / 2) };
        var random = new Random(38);
        var memory = aio.Memory(100 * ReadBytes);
        var other = alone.Memory(ReadBytes);
        var room = new byte[20_000];
        int shape = 0, fd = 0;
        for (var round = 0; round < 60; round++)
        {
            var run = new List<byte>();
            var wanted = new List<Event>();
            for (var left = random.Next(1, 100); left > 0; left--)
            {
                shape = random.Next(5) == 0 ? random.Next(Shapes.Length) : shape;
                fd = random.Next(20) == 0 ? 1 - fd : fd;
                var read = Harness.Read(fds[fd], memory + (wanted.Count * ReadBytes), ReadBytes, random.Next(0, FileBytes + 100), (ulong)wanted.Count);
                run.AddRange(Shapes[shape](Record.Of(read), wanted.Count).Bytes);
                Assert.True(alone.Submit(Shapes[shape](Record.Of(read with { Addr = (ulong)other }), wanted.Count).Bytes) > 0);
                wanted.Add(alone.ReapOne());
            }

            Assert.Equal(run.Count, aio.Submit(CollectionsMarshal.AsSpan(run)));
            for (var seen = 0; seen < wanted.Count;)
            {
                foreach (var e in Event.Split(room.AsSpan(0, (int)aio.Poll(room.AsSpan(0, random.Next(1000, room.Length))))))
                {
                    AssertAlike(wanted[seen++], e);
                }
            }
        }

        Array.ForEach(fds, f => _ = Libc.Close(f));
    }

    /// <summary>A device may end its reads at once as a file does, and has no cache to tell of.</summary>
    [Fact, Requirement("ATTR-2", "ATTR-7")]
    public void A_run_of_a_devices_reads_is_told_what_one_alone_is()
    {
        using var aio = Harness.Context();
        using var alone = Harness.Context();
        var zero = Libc.Open("/dev/zero", Libc.O_RDONLY | Libc.O_CLOEXEC);
        var memory = aio.Memory(ReadBytes);
        foreach (var shape in Shapes)
        {
            Record Told(int i) => shape(Record.Of(Harness.Read(zero, memory, ReadBytes, 0, (ulong)i)), i);
            var wanted = Enumerable.Range(0, 4).Select(i =>
            {
                Assert.True(alone.Submit(Told(i).Bytes) > 0);
                return alone.ReapOne();
            }).ToArray();
            Assert.True(aio.Submit(Run(4, Told)) > 0);

            Assert.All(wanted.Zip(aio.Reap(4).OrderBy(e => e.UserData)), pair => AssertAlike(pair.First, pair.Second));
        }

        _ = Libc.Close(zero);
    }

    [Fact, Requirement("ATTR-7")]
    public void One_read_of_a_run_begins_when_the_one_before_it_has_ended()
    {
        using var aio = Harness.Context(nrReqs: 64);
        var fd = EngineBench.OpenTmpfs(FileBytes);
        var memory = aio.Memory(ReadBytes);
        var before = MonotonicClock.Now;
        Assert.True(aio.Submit(Run(50, i => Record.Of(Harness.Read(fd, memory, ReadBytes, i)).Attribute(Aio2AttrType.Timing))) > 0);
        var ended = (ulong)before;
        foreach (var e in aio.Reap(50))
        {
            var timing = MemoryMarshal.Read<Aio2RetTiming>(Assert.Single(e.ReturnList()).Payload);
            Assert.True(ended <= timing.Submit && timing.Submit <= timing.Issue && timing.Issue <= timing.Complete);
            ended = timing.Complete;
        }

        Assert.True(ended <= (ulong)MonotonicClock.Now);
        _ = Libc.Close(fd);
    }

    [Fact, Requirement("ATTR-7")]
    public void Who_may_not_ask_of_the_cache_is_told_nothing_by_a_run_either()
    {
        using var aio = Harness.Context();
        using var file = new ScratchFile(content: ScratchFile.Pattern(FileBytes));
        Assert.Equal(0, Libc.Fchmod(file.Fd, 0x1a4));
        var fd = Libc.Open(file.Path, Libc.O_RDONLY | Libc.O_CLOEXEC);
        var memory = aio.Memory(ReadBytes);
        Borrowed.AsNobody(() =>
        {
            var run = Run(5, _ => Record.Of(Harness.Read(fd, memory, ReadBytes, 0)).Attribute(Aio2AttrType.Cache));
            Assert.Equal(run.Length, aio.Submit(run));
        });
        foreach (var e in aio.Reap(5))
        {
            var (head, payload) = Assert.Single(e.ReturnList());
            Assert.Equal((ReadBytes, -Errno.EPERM), (e.Res, head.Status));
            Assert.All(payload, b => Assert.Equal(0, b));
        }

        _ = Libc.Close(fd);
    }

    /// <summary>A second attempt would tell of the readahead that the first has started. A read over the end never ends by its attempt, and
    /// of what was at hand the engine asks nothing again.</summary>
    [Fact, Requirement("ATTR-7")]
    public void A_read_that_did_not_end_at_once_is_not_tried_again()
    {
        using var aio = Harness.Context();
        using var file = new ScratchFile(content: ScratchFile.Pattern(FileBytes));
        var memory = aio.Memory(ReadBytes);
        Record Bare(int i) => Record.Of(Harness.Read(file.Fd, memory, ReadBytes, FileBytes - 100));
        Record Told(int i) => Bare(i).Attribute(Aio2AttrType.Cache);
        var byItself = CallsOf(aio, Run(1, Told), 1);
        Assert.Equal(byItself, CallsOf(aio, Run(1, Bare), 1));
        Assert.Equal(byItself + 1, CallsOf(aio, Run(2, Told), 2));
    }

    [Theory, InlineData(0u), InlineData(Aio2Setup.SubmitAll), Requirement("SUBMIT-1", "SUBMIT-5", "ATTR-1", "ERR-1")]
    public void What_is_almost_alike_is_judged_where_it_stands(uint submitAll)
    {
        using var aio = Harness.Context(flags: Aio2Setup.UserReap | submitAll);
        var fd = EngineBench.OpenTmpfs(FileBytes);
        var memory = aio.Memory(ReadBytes);
        Record Good(int i) => Record.Of(Harness.Read(fd, memory, ReadBytes, 0, (ulong)i)).Attribute(Aio2AttrType.Timing).Attribute(Aio2AttrType.Cache);
        Record Twice(int i) => Record.Of(Harness.Read(fd, memory, ReadBytes, 0, (ulong)i)).Attribute(Aio2AttrType.Timing).Attribute(Aio2AttrType.Timing);
        var run = Run(4, i => i == 2 ? Twice(i) : Good(i));
        var record = Good(0).Bytes.Length;
        var went = aio.Submit(run, out var ext);

        Assert.Equal((-Errno.EINVAL, Aio2Reason.AttrTwice, (ulong)(2 * record)), (ext.Error, ext.Reason, ext.RecordOffset));
        Assert.Equal(submitAll == 0 ? 2 * record : 4 * record, went);
        Assert.Equal(
            submitAll == 0 ? [(0ul, (long)ReadBytes), (1, ReadBytes)] : [(0ul, (long)ReadBytes), (1, ReadBytes), (2, -Errno.EINVAL), (3, ReadBytes)],
            aio.Reap((int)went / record).Select(e => (e.UserData, e.Res)));
        _ = Libc.Close(fd);
    }

    [Fact, Requirement("ATTR-6", "RING-9")]
    public void Slots_and_the_largest_event_bound_a_run_of_attributes_as_they_do_any_other()
    {
        using var aio = Harness.Context(nrReqs: 3);
        var fd = EngineBench.OpenTmpfs(FileBytes);
        var memory = aio.Memory(5 * ReadBytes);
        var run = Run(5, i => TraceId(Record.Of(Harness.Read(fd, memory + (i * ReadBytes), ReadBytes, 0, (ulong)i)), i));
        var record = run.Length / 5;
        using var pipe = new Pipe();
        Assert.True(aio.Submit(Harness.Read(pipe.ReadEnd, aio.Memory(1), 1, -1, 9)) > 0);
        var total = 0L;
        while (total < run.Length)
        {
            // Whose event stands in the ring holds no slot: there are two, for as many at a time as the kernel sees fit.
            var went = aio.Submit(run.AsSpan((int)total));
            Assert.True(went > 0 && went % record == 0);
            total += went;
        }

        Assert.Equal([0ul, 1, 2, 3, 4], aio.Reap(5).Select(e => e.UserData));
        pipe.Put();
        Assert.Equal(9ul, aio.ReapOne().UserData);
        _ = Libc.Close(fd);
    }

    private static byte[] Run(int count, Func<int, Record> make) => [.. Enumerable.Range(0, count).SelectMany(i => make(i).Bytes)];

    private static Record TraceId(Record record, int i, ushort flags = 0) =>
        record.Payload(Aio2AttrType.TraceId, new Aio2AttrTraceId { High = (ulong)i * 3, Low = ~(ulong)i }, flags);

    // Times differ; they stand in order.
    private static void AssertAlike(Event wanted, Event got)
    {
        Assert.Equal((wanted.UserData, wanted.Res), (got.UserData, got.Res));
        var returns = got.ReturnList();
        Assert.Equal(wanted.ReturnList().Select(r => r.Head), returns.Select(r => r.Head));
        foreach (var ((head, payload), (_, own)) in wanted.ReturnList().Zip(returns))
        {
            if (head.Type == Aio2AttrType.Timing)
            {
                var timing = MemoryMarshal.Read<Aio2RetTiming>(own);
                Assert.True(timing.Submit > 0 && timing.Submit <= timing.Issue && timing.Issue <= timing.Complete);
                continue;
            }

            Assert.Equal(payload, own);
        }
    }

    // How many calls that read this thread makes while it submits.
    private static long CallsOf(Harness aio, byte[] run, int events)
    {
        var before = ReadCalls();
        Assert.Equal(run.Length, aio.Submit(run));
        var calls = ReadCalls() - before;
        Assert.All(aio.Reap(events), e => Assert.Equal(100, e.Res));
        return calls;
    }

    private static long ReadCalls() => long.Parse(
        File.ReadLines("/proc/thread-self/io").Single(l => l.StartsWith("syscr:", StringComparison.Ordinal))[6..], CultureInfo.InvariantCulture);
}
