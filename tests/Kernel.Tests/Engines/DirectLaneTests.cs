using AioV2.Abi;
using AioV2.Kernel.Engines.Direct;
using AioV2.Kernel.Linux;
using AioV2.Tests;

namespace AioV2.Kernel.Tests.Engines;

/// <summary>O_DIRECT reads past the engine: who is woken by their ends, and what the engine goes on with. When they end the test decides.</summary>
public sealed unsafe class DirectLaneTests : IDisposable
{
    private const int Block = 4096, FileBytes = 16 * Block;

    private readonly EmbeddedKernel _kernel = EmbeddedKernel.Create(new KernelOptions { Engine = EngineKind.IoUring, MaxWorkers = 4 });
    private readonly ManualQueue _queue = new();
    private readonly ScratchFile _file = new(Libc.O_RDWR | Libc.O_DIRECT, ScratchFile.Pattern(FileBytes));

    public DirectLaneTests() => _kernel.Engine.Lanes!.MakeQueue = _ => _queue;

    public static TheoryData<uint> Kinds => Harness.Kinds;

    [Theory, MemberData(nameof(Kinds)), Requirement("GET-1", "RING-6")]
    public void An_end_wakes_the_waiter_who_attends(uint kind)
    {
        using var aio = Context(kind);
        using var rest = _queue.EndRest();
        Start(aio, 7);
        var waiter = Waiter(aio, 1);
        AwaitAttendance(aio, true);
        _queue.End(Block);
        Assert.Equal([(7ul, (long)Block)], Ends(waiter));
        AwaitAttendance(aio, false);
    }

    [Theory, InlineData(false), InlineData(true), Requirement("RING-6", "RING-10", "SUBMIT-6")]
    public void An_end_that_nobody_waits_for_comes_into_the_ring_and_signals(bool endsInsideSubmit)
    {
        var eventFd = Libc.Eventfd(0, Libc.EFD_CLOEXEC);
        using var aio = Harness.Context(flags: Aio2Setup.UserReap | Aio2Setup.Eventfd, eventFd: eventFd, kernel: _kernel);
        using var rest = _queue.EndRest();
        for (var round = 0; round < 100; round++)
        {
            // A count from before it was armed wakes as well as one that comes behind.
            _queue.EndsAtOnceWith = endsInsideSubmit ? Block : null;
            Start(aio, (ulong)round);
            if (!endsInsideSubmit)
            {
                _queue.End(Block);
            }

            AwaitSignal(eventFd);
            Assert.Equal((ulong)(round + 1) * IoEvent2.SizeOf, Volatile.Read(ref aio.Header->Tail));
            Assert.Equal((ulong)round, aio.ReapOne().UserData);
        }

        _ = Libc.Close(eventFd);
    }

    [Theory, MemberData(nameof(Kinds)), Requirement("GET-2", "RING-6")]
    public void A_waiter_whose_time_is_up_leaves_its_requests_to_the_lanes_thread(uint kind)
    {
        var eventFd = Libc.Eventfd(0, Libc.EFD_CLOEXEC);
        using var aio = Harness.Context(flags: kind | Aio2Setup.Eventfd, eventFd: eventFd, kernel: _kernel);
        using var rest = _queue.EndRest();
        var buffer = stackalloc byte[64];
        for (var round = 0; round < 20; round++)
        {
            Start(aio, 1);
            var wait = new Aio2Wait { Size = Aio2Wait.SizeOf, Nsec = 1_000_000 };
            Assert.Equal(0, _kernel.GetEvents(aio.Ctx, buffer, 64, 1, &wait, 0));
            _queue.End(Block);
            AwaitSignal(eventFd);
            Assert.Equal(Block, aio.ReapOne().Res);
        }

        _ = Libc.Close(eventFd);
    }

    [Theory, MemberData(nameof(Kinds)), Requirement("GET-1", "GET-5")]
    public void Whoever_sleeps_beside_the_one_who_attends_is_served_when_that_one_has_left(uint kind)
    {
        using var aio = Context(kind);
        using var rest = _queue.EndRest();
        Start(aio, 1);
        Start(aio, 2);
        var first = Waiter(aio, 1);
        AwaitAttendance(aio, true);
        var second = Waiter(aio, 1);
        Await(() => _kernel.ContextOf(aio.Ctx).Sleepers == 2, "the second never slept");
        _queue.End(Block);
        Assert.Equal(1ul, Assert.Single(Ends(first)).UserData);

        // Asleep still, or roused by what the first then took: in that case it attends now.
        _queue.End(Block);
        Assert.Equal(2ul, Assert.Single(Ends(second)).UserData);
    }

    [Theory, MemberData(nameof(Kinds)), Requirement("GET-1", "RING-6")]
    public void The_waiter_who_attends_hears_of_what_ends_elsewhere(uint kind)
    {
        using var aio = Context(kind);
        using var rest = _queue.EndRest();
        using var pipe = new Pipe();
        Start(aio, 1);
        Assert.Equal(Iocb2.SizeOf, aio.Submit(Harness.Read(pipe.ReadEnd, aio.Memory(64), 1, -1, 2)));
        foreach (var fromPipe in new[] { false, true })
        {
            var waiter = Waiter(aio, 1);
            AwaitAttendance(aio, true);
            if (fromPipe)
            {
                pipe.Put(1);
            }
            else
            {
                Assert.Equal(Iocb2.SizeOf, aio.Submit(Harness.Nop(3)));
            }

            Assert.Equal(fromPipe ? 2ul : 3ul, Assert.Single(Ends(waiter)).UserData);
        }

        _queue.End(Block);
        Assert.Equal(1ul, aio.ReapOne().UserData);
    }

    [Theory, MemberData(nameof(Kinds)), Requirement("GET-1")]
    public void The_waiter_who_attends_sleeps_until_it_has_its_minimum(uint kind)
    {
        using var aio = Context(kind);
        using var rest = _queue.EndRest();
        for (var i = 0; i < 3; i++)
        {
            Start(aio, (ulong)i);
        }

        var waiter = Waiter(aio, 3);
        AwaitAttendance(aio, true);
        _queue.End(Block);
        _queue.End(-Errno.EIO);
        Assert.False(waiter.Thread.Join(20));
        _queue.End(0);
        Assert.Equal([Block, -Errno.EIO, 0L], Ends(waiter).Select(e => e.Res));
    }

    /// <summary>Who attended copied its events out, to a page that was long in coming; until then nobody heard what else had ended.</summary>
    [Fact, Requirement("GET-1", "RING-6", "RING-10")]
    public void Who_copies_does_not_keep_from_others_what_ends_meanwhile()
    {
        var eventFd = Libc.Eventfd(0, Libc.EFD_CLOEXEC);
        using var aio = Harness.Context(flags: Aio2Setup.UserReap | Aio2Setup.Eventfd, eventFd: eventFd, kernel: _kernel);
        using var page = new StalledPage();
        using var rest = _queue.EndRest();
        Start(aio, 1);
        Start(aio, 2);
        long result = 0;
        var copier = new Thread(() => result = _kernel.GetEvents(aio.Ctx, page.Address, IoEvent2.SizeOf, IoEvent2.SizeOf, null, 0));
        copier.Start();
        AwaitAttendance(aio, true);
        _queue.End(Block);
        page.AwaitTouch();
        AwaitSignal(eventFd);

        _queue.End(Block);

        AwaitSignal(eventFd);
        Assert.Equal(2ul * IoEvent2.SizeOf, Volatile.Read(ref aio.Header->Tail));
        page.LetGo();
        Assert.True(copier.Join(TimeSpan.FromSeconds(Harness.Patience)), "the copy hangs");
        Assert.Equal(IoEvent2.SizeOf, result);
        Assert.Equal(2ul, aio.ReapOne().UserData);
        _ = Libc.Close(eventFd);
    }

    [Theory, MemberData(nameof(Kinds)), Requirement("DESTROY-1", "GET-6")]
    public void Destroy_sends_the_waiter_home_and_waits_for_the_read(uint kind)
    {
        using var aio = Context(kind);
        using var rest = _queue.EndRest();
        Start(aio, 1);
        var waiter = Waiter(aio, 1);
        AwaitAttendance(aio, true);
        var destroyer = new Thread(() => aio.Destroy());
        destroyer.Start();
        Assert.True(waiter.Thread.Join(TimeSpan.FromSeconds(Harness.Patience)), "GET-6");
        Assert.Equal(-Errno.ENXIO, waiter.Result);

        // The buffer is in use still, and nobody attends any more.
        Assert.False(destroyer.Join(20));
        _queue.End(Block);
        Assert.True(destroyer.Join(TimeSpan.FromSeconds(Harness.Patience)), "DESTROY-1");
    }

    [Fact, Requirement("CANCEL-1", "CANCEL-2", "LIST-1")]
    public void A_read_that_was_started_cannot_be_cancelled_and_says_so()
    {
        using var aio = Context(Aio2Setup.UserReap);
        using var rest = _queue.EndRest();
        Start(aio, 1);
        Assert.Equal(-Errno.EALREADY, _kernel.Cancel(aio.Ctx, 1, 0));
        ulong cursor = 0;
        var told = stackalloc byte[256];
        Assert.Equal(Aio2Request.SizeOf + Iocb2.SizeOf, _kernel.List(aio.Ctx, &cursor, told, 256));
        Assert.Equal((Aio2RequestState.Running, 0), (((Aio2Request*)told)->State, ((Aio2Request*)told)->Flags & Aio2RequestFlags.Cancellable));
        _queue.End(Block);
        Assert.Equal(Block, aio.ReapOne().Res);
    }

    [Theory, InlineData(-Errno.EAGAIN), InlineData(-Errno.EOPNOTSUPP), InlineData(-Errno.EINTR), Requirement("SUBMIT-6", "RING-6")]
    public void What_is_not_started_without_waiting_is_read_by_the_engine(int why)
    {
        using var aio = Context(Aio2Setup.UserReap);
        using var rest = _queue.EndRest();
        var buffer = Start(aio, 1);
        _queue.End(why);
        Assert.Equal(Block, aio.ReapOne().Res);
        Assert.True(new ReadOnlySpan<byte>(buffer, Block).SequenceEqual(ScratchFile.Pattern(FileBytes).AsSpan(0, Block)));
    }

    [Theory, InlineData(0), InlineData(3), Requirement("SUBMIT-6", "RING-6")]
    public void What_the_queue_has_no_room_for_is_read_by_the_engine(int room)
    {
        const int Count = 8;
        using var aio = Context(Aio2Setup.UserReap);
        using var rest = _queue.EndRest();
        _queue.Room = room;
        _queue.EndsAtOnceWith = Block;
        var buffer = Aligned(aio, Count * Block);
        var reads = Enumerable.Range(0, Count).Select(i => Harness.Read(_file.Fd, (void*)(buffer + (i * Block)), Block, i * Block, (ulong)i)).ToArray();
        Assert.Equal(Count * Iocb2.SizeOf, aio.Submit(reads));
        var events = aio.Reap(Count);
        Assert.Equal(Enumerable.Range(0, Count).Select(i => (ulong)i), events.Select(e => e.UserData).Order());
        Assert.All(events, e => Assert.Equal(Block, e.Res));
        var content = ScratchFile.Pattern(FileBytes);
        for (var i = 0; i < Count; i++)
        {
            var got = new ReadOnlySpan<byte>((void*)(buffer + (i * Block)), Block);
            Assert.True(i < room ? !got.ContainsAnyExcept(ManualQueue.ManualByte) : got.SequenceEqual(content.AsSpan(i * Block, Block)), $"read {i}");
        }
    }

    [Theory, InlineData(8, new[] { 8 }), InlineData(9, new[] { 8, 1 }), InlineData(100, new[] { 8, 56, 8, 28 }), Requirement("SUBMIT-1", "RING-6")]
    public void The_first_few_reads_of_a_run_are_started_before_the_rest_and_all_in_order(int count, int[] calls)
    {
        using var aio = Context(Aio2Setup.UserReap);
        using var rest = _queue.EndRest();
        _queue.EndsAtOnceWith = Block;
        var buffer = (void*)Aligned(aio, Block);
        var reads = Enumerable.Range(0, count).Select(i => Harness.Read(_file.Fd, buffer, Block, 0, (ulong)i)).ToArray();
        Assert.Equal(count * Iocb2.SizeOf, aio.Submit(reads));
        Assert.Equal(Enumerable.Range(0, count).Select(i => (ulong)i), aio.Reap(count).Select(e => e.UserData));
        Assert.Equal(calls, _queue.Asked);
    }

    [Fact, Requirement("SUBMIT-7", "RING-6")]
    public void A_read_that_ends_short_goes_on_in_the_engine_to_the_files_end()
    {
        using var aio = Context(Aio2Setup.UserReap);
        using var rest = _queue.EndRest();
        var buffer = (byte*)Aligned(aio, 4 * Block);
        Assert.Equal(Iocb2.SizeOf, aio.Submit(Harness.Read(_file.Fd, buffer, 4 * Block, FileBytes - (2 * Block), 1)));
        _queue.End(Block);
        Assert.Equal(2 * Block, aio.ReapOne().Res);
        Assert.False(new ReadOnlySpan<byte>(buffer, Block).ContainsAnyExcept(ManualQueue.ManualByte));
        Assert.True(new ReadOnlySpan<byte>(buffer + Block, Block).SequenceEqual(ScratchFile.Pattern(FileBytes).AsSpan(FileBytes - Block)));
    }

    public void Dispose()
    {
        _kernel.Dispose();
        _file.Dispose();
    }

    private Harness Context(uint kind) => Harness.Context(flags: kind, kernel: _kernel);

    private byte* Start(Harness aio, ulong userData)
    {
        var buffer = (byte*)Aligned(aio, Block);
        Assert.Equal(Iocb2.SizeOf, aio.Submit(Harness.Read(_file.Fd, buffer, Block, 0, userData)));
        return buffer;
    }

    private static nint Aligned(Harness aio, int bytes) => ((nint)aio.Memory(bytes + Block) + Block - 1) & -Block;

    // Who attends does so before it joins those who sleep.
    private static void AwaitAttendance(Harness aio, bool isAttended)
    {
        var context = aio.Kernel.ContextOf(aio.Ctx);
        Await(() => context.Lane?.IsAttended == isAttended && (!isAttended || context.Sleepers != 0), isAttended ? "nobody came" : "nobody left");
    }

    private static void Await(Func<bool> condition, string otherwise) =>
        Assert.True(SpinWait.SpinUntil(condition, TimeSpan.FromSeconds(Harness.Patience)), otherwise);

    // The signal comes behind the event (RING-10).
    private static void AwaitSignal(int eventFd)
    {
        var bell = new Pollfd { Fd = eventFd, Events = Libc.POLLIN };
        Assert.Equal(1, Libc.Poll(&bell, 1, (int)Harness.Patience * 1000));
        ulong count;
        Assert.Equal(sizeof(ulong), Libc.Read(eventFd, &count, sizeof(ulong)));
        Assert.Equal(1ul, count);
    }

    private static Sleeper Waiter(Harness aio, int count) => new(aio, count);

    private static List<(ulong UserData, long Res)> Ends(Sleeper waiter)
    {
        Assert.True(waiter.Thread.Join(TimeSpan.FromSeconds(Harness.Patience)), "a wake-up is lost");
        Assert.True(waiter.Result > 0, $"io_getevents2 said {waiter.Result}");
        return [.. Event.Split(waiter.Buffer.AsSpan(0, (int)waiter.Result)).Select(e => (e.UserData, e.Res))];
    }

    // A thread that waits for so many events.
    private sealed class Sleeper
    {
        public readonly byte[] Buffer = new byte[256];
        public readonly Thread Thread;
        public long Result;

        public Sleeper(Harness aio, int count)
        {
            Thread = new Thread(() =>
            {
                var wait = new Aio2Wait { Size = Aio2Wait.SizeOf, Sec = 2 * Harness.Patience };
                fixed (byte* buffer = Buffer)
                {
                    Result = aio.Kernel.GetEvents(aio.Ctx, buffer, (nuint)(count * IoEvent2.SizeOf), (nuint)(count * IoEvent2.SizeOf), &wait, 0);
                }
            });
            Thread.Start();
        }
    }
}
