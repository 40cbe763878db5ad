using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Kernel.Linux;
using AioV2.Kernel.Tests.Engines;
using AioV2.Tests;

namespace AioV2.Kernel.Tests;

/// <summary>Reads that end inside io_submit2 without a block of their own, beside those that cannot (SUBMIT-6, RING-6, RING-7).</summary>
public sealed unsafe class HotReadTests
{
    private const int FileBytes = 8192, ReadBytes = 512;

    [Theory, InlineData(0u), InlineData(Aio2Setup.UserReap), InlineData(Aio2Setup.Defer), Requirement("RING-6", "RING-3", "RING-7", "RING-9")]
    public void Runs_of_bare_and_other_reads_come_in_order_over_the_rings_end_and_the_list(uint kind)
    {
        using var aio = Harness.Context(nrReqs: 400, flags: kind);
        var fd = EngineBench.OpenTmpfs(FileBytes);
        var content = ScratchFile.Pattern(FileBytes);
        var random = new Random(21);
        var memory = aio.Memory(150 * ReadBytes);
        var room = new byte[6000];
        ulong next = 0, seen = 0;
        for (var round = 0; round < 200; round++)
        {
            var run = new List<byte>();
            var wanted = new List<long>();
            new Span<byte>(memory, 150 * ReadBytes).Clear();
            for (var left = random.Next(1, 100); left > 0; left--)
            {
                var offset = random.Next(0, FileBytes + 100);
                run.AddRange(Read(fd, memory + (wanted.Count * ReadBytes), offset, next++, isTimed: random.Next(30) == 0));
                wanted.Add(offset);
            }

            Assert.Equal(run.Count, aio.Submit(CollectionsMarshal.AsSpan(run)));
            for (var i = 0; i < wanted.Count; i++)
            {
                var there = content.AsSpan(Math.Min((int)wanted[i], FileBytes));
                there = there[..Math.Min(there.Length, ReadBytes)];
                Assert.Equal(there, new ReadOnlySpan<byte>(memory + (i * ReadBytes), there.Length));
            }

            // Never more slots than there are: what is in flight stays below them.
            do
            {
                seen += Taken(aio, room.AsSpan(0, random.Next(1000, room.Length)), seen);
            }
            while (next - seen > 300);
        }

        for (ulong more; (more = Taken(aio, room, seen)) != 0; seen += more)
        {
        }

        Assert.Equal(next, seen);
        _ = Libc.Close(fd);
    }

    [Fact, Requirement("SUBMIT-3", "RING-9")]
    public void A_read_for_which_there_is_no_slot_leaves_its_buffer_alone()
    {
        using var aio = Harness.Context(nrReqs: 1);
        using var pipe = new Pipe();
        var fd = EngineBench.OpenTmpfs(FileBytes);
        var memory = aio.Memory(ReadBytes);
        var waits = aio.Memory(1);
        Assert.Equal(Iocb2.SizeOf, aio.Submit(Harness.Read(pipe.ReadEnd, waits, 1, -1, 1)));
        Assert.Equal(-Errno.EAGAIN, aio.Submit(Harness.Read(fd, memory, ReadBytes, 0, 2)));
        Assert.Equal(-1, new Span<byte>(memory, ReadBytes).IndexOfAnyExcept((byte)0));

        pipe.Put(1);
        Assert.Equal(1ul, aio.ReapOne().UserData);
        var run = Enumerable.Range(0, 3).Select(i => Harness.Read(fd, memory, ReadBytes, 0, (ulong)i)).ToArray();
        Assert.Equal(3 * Iocb2.SizeOf, aio.Submit(run));
        Assert.Equal([0ul, 1, 2], aio.Reap(3).Select(e => e.UserData));
        _ = Libc.Close(fd);
    }

    /// <summary>Reads of a run held slots from the others while it was not known yet whether they would end at once: a submission beside
    /// them met -EAGAIN where no order of the two explained it.</summary>
    [Fact, Requirement("RING-9")]
    public void A_read_that_is_tried_keeps_no_slot_from_others()
    {
        using var aio = Harness.Context(nrReqs: 1);
        using var page = new StalledPage();
        var fd = EngineBench.OpenTmpfs(FileBytes);
        var read = Harness.Read(fd, page.Address, 8, 0, 1);
        long accepted = 0;
        var thread = new Thread(() => accepted = aio.Submit(read));
        thread.Start();
        page.AwaitTouch();

        Assert.Equal(Iocb2.SizeOf, aio.Submit(Harness.Nop(2)));
        Assert.Equal(2ul, aio.ReapOne().UserData);
        page.LetGo();
        thread.Join();
        Assert.Equal(Iocb2.SizeOf, accepted);
        var e = aio.ReapOne();
        Assert.Equal((1ul, 8L), (e.UserData, e.Res));
        _ = Libc.Close(fd);
    }

    [Theory, InlineData(0u), InlineData(Aio2Setup.SubmitAll), Requirement("SUBMIT-1", "SUBMIT-3", "SUBMIT-5", "ERR-1")]
    public void What_follows_bare_reads_in_a_run_is_judged_where_it_stands(uint submitAll)
    {
        using var aio = Harness.Context(flags: Aio2Setup.UserReap | submitAll);
        var fd = EngineBench.OpenTmpfs(FileBytes);
        var memory = aio.Memory(ReadBytes);
        var run = MemoryMarshal.AsBytes([
            Harness.Read(fd, memory, ReadBytes, 0, 0), Harness.Read(fd, memory, ReadBytes, 0, 1),
            Harness.Read(-1, memory, ReadBytes, 0, 2), Harness.Read(fd, memory, ReadBytes, 0, 3)]);
        var went = aio.Submit(run, out var ext);

        Assert.Equal((96ul, 96ul + Iocb2.At.Fd, -Errno.EBADF, Aio2Reason.FdBad), (ext.RecordOffset, ext.FieldOffset, ext.Error, ext.Reason));
        Assert.Equal(submitAll == 0 ? 96 : 192, went);
        Assert.Equal(
            submitAll == 0 ? [(0ul, (long)ReadBytes), (1, ReadBytes)] : [(0ul, (long)ReadBytes), (1, ReadBytes), (2, -Errno.EBADF), (3, ReadBytes)],
            aio.Reap((int)went / Iocb2.SizeOf).Select(e => (e.UserData, e.Res)));
        _ = Libc.Close(fd);
    }

    [Theory, InlineData(false), InlineData(true), Requirement("SUBMIT-4", "ERR-1")]
    public void What_is_no_file_is_judged_alike_on_both_ways(bool isTimed)
    {
        using var aio = Harness.Context();
        var counter = Libc.Eventfd(5, Libc.EFD_CLOEXEC);
        var zero = Libc.Open("/dev/zero", Libc.O_RDONLY | Libc.O_CLOEXEC);
        var memory = aio.Memory(ReadBytes);
        Assert.Equal(-Errno.ESPIPE, aio.Submit(Read(counter, memory, 0, 7, isTimed)));
        Assert.Equal(-Errno.EBADF, aio.Submit(Read(-1, memory, 0, 7, isTimed)));

        memory[0] = 1;
        Assert.Equal(isTimed ? 56 : 48, aio.Submit(Read(zero, memory, 0, 8, isTimed)));
        var e = aio.ReapOne();
        Assert.Equal((8ul, (long)ReadBytes), (e.UserData, e.Res));
        Assert.Equal(0, memory[0]);

        // Nothing was taken from the counter.
        ulong count;
        Assert.Equal(8, Libc.Read(counter, &count, 8));
        Assert.Equal(5ul, count);
        _ = Libc.Close(counter);
        _ = Libc.Close(zero);
    }

    private static ulong Taken(Harness aio, Span<byte> room, ulong next)
    {
        var events = Event.Split(room[..(int)aio.Poll(room)]);
        Assert.All(events, (e, i) => Assert.Equal(next + (ulong)i, e.UserData));
        return (ulong)events.Count;
    }

    // With an attribute it takes the long way.
    private static byte[] Read(int fd, byte* to, long offset, ulong userData, bool isTimed)
    {
        var iocb = Harness.Read(fd, to, ReadBytes, offset, userData);
        return isTimed ? Record.Of(iocb).Attribute(Aio2AttrType.Timing).Bytes : MemoryMarshal.AsBytes([iocb]).ToArray();
    }
}
