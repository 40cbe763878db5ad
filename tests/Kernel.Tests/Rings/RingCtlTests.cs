using AioV2.Abi;
using AioV2.Abi.Ring;
using AioV2.Kernel.Linux;
using AioV2.Tests;

namespace AioV2.Kernel.Tests;

/// <summary>io_ring_ctl2's errors and their order, the eventfd that comes and goes, ids that are asked for, one reaper alone.</summary>
public sealed unsafe class RingCtlTests
{
    public static TheoryData<string, int> Refused => new()
    {
        { "size small", Errno.EINVAL }, { "size huge", Errno.E2BIG }, { "excess", Errno.E2BIG }, { "flag", Errno.EINVAL }, { "setup flag", Errno.EINVAL },
        { "both", Errno.EINVAL }, { "reserved", Errno.EINVAL }, { "fd without flag", Errno.EINVAL }, { "offset without flag", Errno.EINVAL },
        { "address without flag", Errno.EINVAL }, { "ring_bytes", Errno.EINVAL }, { "ring_bytes large", Errno.EINVAL },
        { "closed fd", Errno.EBADF }, { "pipe", Errno.EINVAL }, { "private memory", Errno.EINVAL }, { "read-only", Errno.EFAULT }, { "unmapped", Errno.EFAULT },
    };

    [Theory, MemberData(nameof(Refused)), Requirement("ERR-1", "RING-11", "SETUP-8")]
    public void A_refused_RESIZE_changes_nothing(string how, int errno)
    {
        using var aio = Harness.Context();
        using var pipe = new Pipe();
        var page = (byte*)Libc.Mmap(null, 8192, Libc.PROT_READ | Libc.PROT_WRITE, Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS, -1, 0);
        var info = (Aio2RingInfo*)page;
        *info = new Aio2RingInfo { Size = Aio2RingInfo.SizeOf, RingBytes = 4096 };
        switch (how)
        {
            case "size small": info->Size = Aio2RingInfo.FirstSizeOf - 1; break;
            case "size huge": info->Size = Aio2.StructMax + 1; break;
            case "excess": (info->Size, page[Aio2RingInfo.SizeOf + 8]) = (Aio2RingInfo.SizeOf + 16, 1); break;
            case "flag": info->Flags = 1u << 31; break;
            case "setup flag": info->Flags = Aio2Setup.UserReap; break;
            case "both": info->Flags = Aio2Setup.RingFd | Aio2Setup.RingAddr; break;
            case "reserved": info->Reserved = 1; break;
            case "fd without flag": info->RingFd = pipe.ReadEnd; break;
            case "offset without flag": info->RingOffset = 4096; break;
            case "address without flag": info->RingAddr = (ulong)page; break;
            case "ring_bytes": info->RingBytes = 6000; break;
            case "ring_bytes large": info->RingBytes = 1u << 31; break;
            case "closed fd": (info->Flags, info->RingFd) = (Aio2Setup.RingFd, 1 << 20); break;
            case "pipe": (info->Flags, info->RingFd) = (Aio2Setup.RingFd, pipe.ReadEnd); break;
            case "private memory": (info->Flags, info->RingAddr) = (Aio2Setup.RingAddr, (ulong)page); break;
            case "read-only": Assert.Equal(0, Libc.Mprotect(page, 4096, Libc.PROT_READ)); break;
            case "unmapped": info = (Aio2RingInfo*)8; break;
        }

        var before = how == "unmapped" ? default : *info;
        Assert.Equal(-errno, aio.Kernel.RingCtl(aio.Ctx, Aio2Ctl.Resize, (ulong)info));

        Assert.True(how == "unmapped" || new Span<byte>(&before, sizeof(Aio2RingInfo)).SequenceEqual(new Span<byte>(info, sizeof(Aio2RingInfo))));
        Assert.Equal((0u, 0u), (aio.Header->Flags, aio.GetRing().Generation));
        Assert.Equal(0, Libc.Munmap(page, 8192));
    }

    [Fact, Requirement("ERR-1", "RING-11", "SETUP-7")]
    public void A_private_ring_has_no_place_to_tell_of()
    {
        using var aio = Harness.Context(flags: 0);
        var info = new Aio2RingInfo { Size = Aio2RingInfo.SizeOf };

        Assert.Equal(-Errno.EINVAL, aio.Kernel.RingCtl(aio.Ctx, Aio2Ctl.Resize, (ulong)&info));
        Assert.Equal(-Errno.EINVAL, aio.Kernel.RingCtl(aio.Ctx, Aio2Ctl.GetRing, 8));
        Assert.Equal(-Errno.EINVAL, aio.Release());
        Assert.Equal(-Errno.EINVAL, aio.Kernel.RingCtl(aio.Ctx, Aio2Ctl.Last + 1, 0));
        Assert.Equal(-Errno.EINVAL, aio.Kernel.RingCtl(aio.Ctx, 0, 0));
        Assert.Equal(-Errno.ENXIO, aio.Kernel.RingCtl(aio.Ctx + 1, 0, 0));
    }

    [Fact, Requirement("RING-11", "SETUP-3")]
    public void GET_RING_tells_of_the_ring_of_setup_and_fills_a_longer_struct()
    {
        using var aio = Harness.Context(ringBytes: 8192);
        var longer = stackalloc byte[128];
        new Span<byte>(longer, 128).Clear();
        var info = (Aio2RingInfo*)longer;
        info->Size = 128;

        Assert.Equal(0, aio.Kernel.RingCtl(aio.Ctx, Aio2Ctl.GetRing, (ulong)info));

        Assert.Equal((128u, 8192u, 2048u, 0u), (info->Size, info->RingBytes, info->MaxEventBytes, info->Generation));
        Assert.Equal((aio.Params.RingAddr, aio.Params.RingMapBytes, aio.Params.UserOffset, aio.Params.DataOffset), (info->RingAddr, info->RingMapBytes, info->UserOffset, info->DataOffset));
        info->Flags = 1;
        Assert.Equal(-Errno.EINVAL, aio.Kernel.RingCtl(aio.Ctx, Aio2Ctl.GetRing, (ulong)info));
        Assert.Equal(-Errno.EFAULT, aio.Kernel.RingCtl(aio.Ctx, Aio2Ctl.GetRing, 8));
        Assert.Equal(-Errno.EINVAL, aio.Kernel.RingCtl(aio.Ctx, Aio2Ctl.Release, 1));
    }

    [Theory, InlineData(0u), InlineData(Aio2Setup.UserReap), Requirement("RING-10", "SETUP-9")]
    public void The_eventfd_can_be_given_replaced_and_taken_away(uint kind)
    {
        using var aio = Harness.Context(flags: kind);
        int first = Libc.Eventfd(0, Libc.EFD_NONBLOCK), second = Libc.Eventfd(0, Libc.EFD_NONBLOCK);
        using var pipe = new Pipe();
        Assert.Equal(-Errno.EINVAL, Ctl(aio, Aio2Ctl.EventfdDetach, 0));
        aio.Submit(Harness.Nop(1));

        // What completed before is for the caller's own test of RING-8.
        Assert.Equal(0, Ctl(aio, Aio2Ctl.EventfdAttach, (ulong)first));
        Assert.Equal(0ul, Take(first));
        aio.Submit(Harness.Nop(2));
        Assert.Equal(1ul, Take(first));

        Assert.Equal(0, Ctl(aio, Aio2Ctl.EventfdAttach, (ulong)second));
        aio.Submit(Harness.Nop(3));
        Assert.Equal((0ul, 1ul), (Take(first), Take(second)));

        Assert.Equal(-Errno.EINVAL, Ctl(aio, Aio2Ctl.EventfdAttach, (ulong)pipe.ReadEnd));
        Assert.Equal(-Errno.EBADF, Ctl(aio, Aio2Ctl.EventfdAttach, 1 << 20));
        Assert.Equal(-Errno.EBADF, Ctl(aio, Aio2Ctl.EventfdAttach, ulong.MaxValue));
        Assert.Equal(-Errno.EINVAL, Ctl(aio, Aio2Ctl.EventfdDetach, 1));
        aio.Submit(Harness.Nop(4));
        Assert.Equal(1ul, Take(second));

        Assert.Equal(0, Ctl(aio, Aio2Ctl.EventfdDetach, 0));
        Assert.Equal(-Errno.EINVAL, Ctl(aio, Aio2Ctl.EventfdDetach, 0));
        aio.Submit(Harness.Nop(5));
        Assert.Equal((0ul, 0ul), (Take(first), Take(second)));
        Assert.Equal(0, Libc.Close(first));
        Assert.Equal(0, Libc.Close(second));
    }

    [Fact, Requirement("SETUP-12", "RING-10")]
    public void A_deferred_context_takes_no_eventfd()
    {
        using var aio = Harness.Context(flags: Aio2Setup.Defer);
        var fd = Libc.Eventfd(0, Libc.EFD_NONBLOCK | Libc.EFD_CLOEXEC);

        Assert.Equal(-Errno.EINVAL, Ctl(aio, Aio2Ctl.EventfdAttach, (ulong)fd));
        Assert.Equal(-Errno.EINVAL, Ctl(aio, Aio2Ctl.EventfdDetach, 0));
        Assert.Equal(0, Libc.Close(fd));
    }

    [Fact, Requirement("RING-5", "RING-11", "GET-4")]
    public void RESIZE_of_a_corrupt_ring_waits_until_a_call_has_copied_from_the_list()
    {
        using var aio = Harness.Context(nrReqs: 100);
        var bad = (byte*)Libc.Mmap(null, 8192, Libc.PROT_READ | Libc.PROT_WRITE, Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS, -1, 0);
        Assert.Equal(0, Libc.Mprotect(bad + 4096, 4096, Libc.PROT_NONE));
        Volatile.Write(ref aio.User->Head, 4);
        Assert.Equal(0, aio.Poll(new byte[64]));
        ulong sent = 0, seen = 0;
        var stop = false;

        // Its copies fault half way, so that most of what it took goes back on the list, again and again.
        var faulter = new Thread(() =>
        {
            var wait = new Aio2Wait { Size = Aio2Wait.SizeOf };
            while (!Volatile.Read(ref stop))
            {
                var got = aio.Kernel.GetEvents(aio.Ctx, bad + 4096, 2048, 0, &wait, 0);
                Assert.True(got is 0 or -Errno.EFAULT, $"io_getevents2 said {got}");
            }
        });
        faulter.Start();
        for (var round = 0; round < 200; round++)
        {
            for (var i = 0; i < 40; i++)
            {
                Assert.Equal(48, aio.Submit(Harness.Nop(sent++)));
            }

            Assert.Equal(0, aio.Resize(4096, out var ring));
            foreach (var e in aio.Reap((int)(sent - seen)))
            {
                Assert.Equal(seen++, e.UserData);
            }

            Assert.Equal(0, aio.Release());
            Volatile.Write(ref ring.User()->Head, 4);
            Assert.Equal(0, aio.Poll(new byte[64]));
            Assert.Equal(Aio2RingFlags.Corrupt, ring.Header()->Flags);
            Assert.Equal(0, Libc.Munmap((void*)ring.RingAddr, (nuint)ring.RingMapBytes));
        }

        Volatile.Write(ref stop, true);
        Assert.True(faulter.Join(TimeSpan.FromSeconds(Harness.Patience)));
        Assert.Equal(0, Libc.Munmap(bad, 8192));
    }

    [Fact, Requirement("SETUP-2", "SETUP-4")]
    public void An_id_that_is_asked_for_is_given_and_the_others_go_round_it()
    {
        using var kernel = Harness.NewKernel();
        var start = Make(kernel, 0, 0);
        var wanted = start + 3;

        Assert.Equal(wanted, Make(kernel, Aio2Setup.At, wanted));
        Assert.Equal(-Errno.EEXIST, TryMake(kernel, Aio2Setup.At, wanted));
        Assert.Equal(-Errno.EEXIST, TryMake(kernel, Aio2Setup.At | Aio2Setup.Probe, wanted));
        Assert.Equal(-Errno.EINVAL, TryMake(kernel, Aio2Setup.At, 0));
        Assert.Equal(-Errno.EINVAL, TryMake(kernel, 0, wanted));
        Assert.Equal([start + 1, start + 2, start + 4], [Make(kernel, 0, 0), Make(kernel, 0, 0), Make(kernel, 0, 0)]);

        // Free again with its destroy; the largest id is one like any other, and 0 never comes.
        Assert.Equal(0, kernel.Destroy(wanted));
        Assert.Equal(wanted, Make(kernel, Aio2Setup.At, wanted));
        Assert.Equal(uint.MaxValue, Make(kernel, Aio2Setup.At, uint.MaxValue));
        Assert.Equal(start + 5, Make(kernel, 0, 0));
    }

    [Fact, Requirement("SETUP-2", "SETUP-6")]
    public void Of_many_who_ask_for_one_id_at_once_one_gets_it_and_the_others_leave_no_slots_behind()
    {
        using var kernel = Harness.NewKernel();
        for (uint round = 0; round < 50; round++)
        {
            var results = new long[4];
            var threads = Enumerable.Range(0, 4).Select(i => new Thread(() => results[i] = TryMake(kernel, Aio2Setup.At | Aio2Setup.UserReap, 1000 + round))).ToList();
            threads.ForEach(t => t.Start());
            Assert.All(threads, t => Assert.True(t.Join(TimeSpan.FromSeconds(Harness.Patience))));

            Assert.Equal([-Errno.EEXIST, -Errno.EEXIST, -Errno.EEXIST, 0], results.Order());
            Assert.Equal(0, kernel.Destroy(1000 + round));
        }

        var probe = new Aio2ProbeKernel();
        Assert.Equal(128, kernel.Probe(Aio2Probe.Kernel, &probe, 128));
        Assert.Equal(0ul, probe.ReqsUsed);
    }

    [Fact, Requirement("RING-4", "GET-5")]
    public void The_cached_tail_of_a_single_reaper_survives_a_head_that_the_call_has_moved()
    {
        using var aio = Harness.Context(flags: Aio2Setup.UserReap | Aio2Setup.SingleReaper);
        var reaper = aio.Reaper(single: true);
        aio.Submit(Harness.Nop(1), Harness.Nop(2), Harness.Nop(3));
        Assert.Equal(1ul, reaper.Read(out _));

        // The reaper remembers the tail behind 3. The call goes beyond it, and then all round the ring.
        aio.Submit(Harness.Nop(4), Harness.Nop(5));
        Assert.Equal([2ul, 3ul, 4ul, 5ul], aio.Reap(4).Select(e => e.UserData));
        Assert.Null(reaper.Read(out var status));
        Assert.Equal(RingStatus.Empty, status);

        for (ulong i = 6; i < 600; i++)
        {
            aio.Submit(Harness.Nop(i));
            Assert.Equal(i, i % 50 == 0 ? reaper.Read(out _)!.Value : aio.ReapOne().UserData);
        }

        // In place: looked at, then taken by a store.
        aio.Submit(Harness.Nop(600), Harness.Nop(601));
        Assert.Equal(RingStatus.Event, reaper.TryPeek(out var record));
        Assert.Equal(600ul, Event.Split(record)[0].UserData);
        reaper.Advance();
        Assert.Equal(601ul, aio.ReapOne().UserData);
        Assert.Equal(0u, aio.Header->Flags);
    }

    private static long Ctl(Harness aio, uint op, ulong arg) => aio.Kernel.RingCtl(aio.Ctx, op, arg);

    private static ulong Take(int fd)
    {
        ulong count = 0;
        return Libc.Read(fd, &count, 8) == 8 ? count : 0;
    }

    private static long TryMake(EmbeddedKernel kernel, uint flags, uint id)
    {
        var asked = new Aio2Params { NrReqs = 8, Ctx = id };
        var result = kernel.Setup(Aio2.Version, flags, &asked, 96);
        if (result == 0 && asked.RingAddr != 0)
        {
            Assert.Equal(0, Libc.Munmap((void*)asked.RingAddr, (nuint)asked.RingMapBytes));
        }

        return result;
    }

    private static uint Make(EmbeddedKernel kernel, uint flags, uint id)
    {
        var asked = new Aio2Params { NrReqs = 8, Ctx = id };
        Assert.Equal(0, kernel.Setup(Aio2.Version, flags, &asked, 96));
        return asked.Ctx;
    }
}
