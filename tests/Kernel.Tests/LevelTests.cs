using AioV2.Abi;
using AioV2.Kernel.Linux;
using AioV2.Kernel.Tests.Engines;
using AioV2.Tests;

namespace AioV2.Kernel.Tests;

/// <summary>POLL with LEVEL (SUBMIT-8): readings given by io_getevents2 while the source is ready.</summary>
public sealed unsafe class LevelTests
{
    public static TheoryData<EngineUnderTest> Engines => EngineBench.All;

    private static Iocb2 Level(int fd, ulong userData, int mask = Libc.POLLIN) => PollTests.Poll(fd, mask, userData, Aio2IocbFlags.Level);

    private static List<(ulong UserData, long Res, ushort Flags)> Now(Harness aio, int room = 4096, int min = 0)
    {
        var buffer = new byte[room];
        var got = aio.Poll(buffer, (nuint)min);
        Assert.True(got >= 0);
        return [.. Event.Split(buffer.AsSpan(0, (int)got)).Select(e => (e.UserData, e.Res, e.Fixed.Flags))];
    }

    [Theory, MemberData(nameof(Engines)), Requirement("SUBMIT-8")]
    public void A_reading_is_given_as_long_as_the_source_is_ready(EngineUnderTest engine)
    {
        using var bench = new EngineBench(engine);
        var aio = bench.Aio;
        foreach (var source in Source.All())
        {
            aio.Submit(Level(source.Fd, 3));
            Assert.Empty(Now(aio));
            source.MakeReady();
            for (var i = 0; i < 3; i++)
            {
                Assert.Equal([(3ul, (long)Libc.POLLIN, Aio2EventFlags.Level)], Now(aio));
            }

            source.Drain();
            Assert.Empty(Now(aio));

            // Its final event comes the ordinary way, and after it nothing.
            source.MakeReady();
            Assert.Equal(1, aio.Kernel.Cancel(aio.Ctx, 3, 0));
            List<(ulong, long, ushort Flags)> seen = [];
            for (var bound = 0; !seen.Any(e => e.Flags == 0); seen = Now(aio))
            {
                Assert.True(++bound < 1_000_000, "the final event never came");
                Thread.Yield();
            }

            Assert.Equal([(3ul, -(long)Errno.ECANCELED, (ushort)0)], seen);
            Assert.Empty(Now(aio));
            source.Dispose();
        }
    }

    [Fact, Requirement("SUBMIT-8", "RING-7")]
    public void Readings_come_behind_the_events_and_never_through_the_ring()
    {
        using var aio = Harness.Context();
        using var pipe = new Pipe();
        pipe.Put();
        aio.Submit(Level(pipe.ReadEnd, 1), Harness.Nop(2), Harness.Nop(3));
        var header = aio.Header;
        var tail = Volatile.Read(ref header->Tail);
        Assert.Equal(2ul * IoEvent2.SizeOf, tail);
        Assert.Equal([2ul, 3ul, 1ul], Now(aio).Select(e => e.UserData));
        Assert.Equal([1ul], Now(aio).Select(e => e.UserData));
        Assert.Equal(tail, Volatile.Read(ref header->Tail));
        Assert.Equal(0u, Volatile.Read(ref header->Flags));

        // Only what fits; a buffer of nothing takes nothing.
        Assert.Empty(Now(aio, 0));
        aio.Submit(Harness.Nop(4));
        Assert.Equal([4ul], Now(aio, 47).Select(e => e.UserData));
    }

    [Fact, Requirement("SUBMIT-8")]
    public void Sources_take_turns_from_behind_the_last_served()
    {
        const int Sources = 70;
        using var aio = Harness.Context(nrReqs: Sources);
        var counters = Enumerable.Range(0, Sources).Select(_ => Libc.Eventfd(1, Libc.EFD_CLOEXEC)).ToArray();
        aio.Submit([.. counters.Select((fd, i) => Level(fd, (ulong)i))]);
        var seen = Enumerable.Range(0, Sources).Select(_ => Assert.Single(Now(aio, 24)).UserData).ToList();
        Assert.Equal(Enumerable.Range(0, Sources).Select(i => (ulong)i), seen);

        // Sources that are not ready are passed over; two by two the others go round.
        var data = aio.Memory(8);
        foreach (var fd in counters.Where((_, i) => i % 10 != 0))
        {
            Assert.Equal(8, Libc.Read(fd, data, 8));
        }

        Assert.Equal([0ul, 10ul, 20ul, 30ul, 40ul, 50ul, 60ul, 0ul], Enumerable.Range(0, 4).SelectMany(_ => Now(aio, 48)).Select(e => e.UserData));

        // All that fits, each once.
        Assert.Equal(7, Now(aio, 4096).Select(e => e.UserData).Distinct().Count());
        Assert.Equal(7, Now(aio, 4096).Count);

        // One that goes does not stop the round.
        aio.Kernel.Cancel(aio.Ctx, 20, 0);
        for (var bound = 0; Now(aio).All(e => e.Flags != 0);)
        {
            Assert.True(++bound < 1_000_000, "the final event never came");
            Thread.Yield();
        }

        Assert.Equal(6, Enumerable.Range(0, 8).SelectMany(_ => Now(aio, 24)).Where(e => e.Flags != 0).Select(e => e.UserData).Distinct().Count());
        Array.ForEach(counters, fd => _ = Libc.Close(fd));
    }

    [Theory, InlineData(0u), InlineData(Aio2Setup.UserReap), Requirement("SUBMIT-8", "GET-1")]
    public void Readings_count_for_the_minimum_and_wake_who_waits(uint kind)
    {
        using var aio = Harness.Context(flags: kind);
        using Pipe one = new(), two = new();
        aio.Submit(Level(one.ReadEnd, 1), Level(two.ReadEnd, 2));
        for (var round = 0; round < 20; round++)
        {
            // A reading and an event, in either order, make up the minimum of two.
            List<(ulong UserData, long Res, ushort Flags)> seen = [];
            var waiter = new Thread(() =>
            {
                var buffer = stackalloc byte[480];
                var wait = new Aio2Wait { Size = Aio2Wait.SizeOf, Sec = Harness.Patience };
                var got = aio.Kernel.GetEvents(aio.Ctx, buffer, 480, 48, &wait, 0);
                seen = [.. Event.Split(new ReadOnlySpan<byte>(buffer, (int)Math.Max(got, 0))).Select(e => (e.UserData, e.Res, e.Fixed.Flags))];
            });
            waiter.Start();
            Thread.SpinWait(round * 2000);
            if (round % 2 == 0)
            {
                one.Put();
                aio.Submit(Harness.Nop(9));
            }
            else
            {
                aio.Submit(Harness.Nop(9));
                one.Put();
            }

            Assert.True(waiter.Join(TimeSpan.FromSeconds(2 * Harness.Patience)));
            Assert.Equal([9ul, 1ul], seen.Select(e => e.UserData));
            byte data;
            Assert.Equal(1, Libc.Read(one.ReadEnd, &data, 1));
        }

        // Two readings alone.
        one.Put();
        two.Put();
        Assert.Equal([1ul, 2ul], Now(aio, min: 48).Select(e => e.UserData).Order());
    }

    [Fact, Requirement("SUBMIT-8", "RING-10")]
    public void Not_ready_to_ready_signals_the_eventfd()
    {
        var signal = Libc.Eventfd(0, Libc.EFD_CLOEXEC);
        using var aio = Harness.Context(flags: Aio2Setup.UserReap | Aio2Setup.Eventfd, eventFd: signal);
        foreach (var source in Source.All())
        {
            aio.Submit(Level(source.Fd, 1));
            for (var i = 0; i < 3; i++)
            {
                // Signals that came for nothing are taken before.
                Forget(signal);
                source.MakeReady();
                Assert.True(IsSignalled(signal, 20_000), $"round {i}");
                Assert.Contains(Now(aio), e => e.Flags == Aio2EventFlags.Level);
                source.Drain();
            }

            aio.Kernel.Cancel(aio.Ctx, 1, 0);
            aio.ReapOne();
            source.Dispose();
        }

        _ = Libc.Close(signal);
    }

    [Fact, Requirement("SUBMIT-8", "GET-4")]
    public void A_bad_buffer_answers_EFAULT_and_an_error_brings_no_reading()
    {
        using var aio = Harness.Context();
        using var pipe = new Pipe();
        pipe.Put();
        aio.Submit(Level(pipe.ReadEnd, 1));
        Assert.Equal(-Errno.EFAULT, aio.Kernel.GetEvents(aio.Ctx, (void*)16, 64, 0, null, 0));
        using var file = new ScratchFile();
        aio.Submit(Record.Of(Harness.Nop(2)).Attribute(Aio2AttrType.Timing).Bytes);
        Assert.Equal(-Errno.EMSGSIZE, aio.Poll(new byte[24]));
        Assert.Equal([2ul, 1ul], Now(aio).Select(e => e.UserData));
    }

    [Fact, Requirement("SUBMIT-8")]
    public void A_source_without_a_poll_method_is_always_ready()
    {
        using var aio = Harness.Context();
        using var file = new ScratchFile();
        aio.Submit(Level(file.Fd, 1, Libc.POLLIN | Libc.POLLPRI));
        Assert.Equal([(1ul, (long)Libc.POLLIN, Aio2EventFlags.Level)], Now(aio, min: 24));
    }

    [Fact, Requirement("SUBMIT-8", "GET-4")]
    public void A_fault_behind_the_first_reading_leaves_the_reading_before_it()
    {
        using var aio = Harness.Context();
        using var file = new ScratchFile();
        aio.Submit(Level(file.Fd, 1), Level(file.Fd, 2));
        var page = (byte*)Libc.Mmap(null, 8192, Libc.PROT_READ | Libc.PROT_WRITE, Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS, -1, 0);
        Assert.Equal(0, Libc.Mprotect(page + 4096, 4096, Libc.PROT_NONE));
        var now = new Aio2Wait { Size = Aio2Wait.SizeOf };

        Assert.Equal(24, aio.Kernel.GetEvents(aio.Ctx, page + 4096 - 46, 48, 1, &now, 0));
        Assert.Equal(1ul, ((IoEvent2*)(page + 4096 - 46))->UserData);
        Assert.Equal(-Errno.EFAULT, aio.Kernel.GetEvents(aio.Ctx, page + 4096, 48, 1, &now, 0));
        Assert.Equal([2ul, 1ul], Now(aio).Select(e => e.UserData));
        Assert.Equal(0, Libc.Munmap(page, 8192));
    }

    private static bool IsSignalled(int fd, int milliseconds)
    {
        var ready = new Pollfd { Fd = fd, Events = Libc.POLLIN };
        return Libc.Poll(&ready, 1, milliseconds) == 1;
    }

    private static void Forget(int fd)
    {
        ulong count;
        while (IsSignalled(fd, 50))
        {
            _ = Libc.Read(fd, &count, sizeof(ulong));
        }
    }
}
