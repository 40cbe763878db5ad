using System.Globalization;
using AioV2.Abi;
using AioV2.Abi.Ring;
using AioV2.Kernel.Contexts;
using AioV2.Kernel.Linux;
using AioV2.Tests;

namespace AioV2.Kernel.Tests;

/// <summary>Rings in memory of the caller's (SETUP-8).</summary>
public sealed unsafe class RingMemoryTests
{
    private const int Page = 4096;
    private const int MapBytes = 3 * Page;
    private const int ReadWrite = Libc.PROT_READ | Libc.PROT_WRITE;
    private const uint ByFd = Aio2Setup.UserReap | Aio2Setup.RingFd;
    private const uint ByAddress = Aio2Setup.UserReap | Aio2Setup.RingAddr;

    [Fact, Requirement("SETUP-8", "SETUP-7")]
    public void A_sealed_memfd_at_an_offset_and_nothing_around_it_is_touched()
    {
        using var kernel = Harness.NewKernel();
        using var file = new MemoryFile(2 * Page + MapBytes + Page);
        var view = file.Map();
        new Span<byte>(view, (int)file.Bytes).Fill(0xa5);
        var asked = new Aio2Params { RingBytes = Page, NrReqs = 1000, RingFd = file.Fd, RingOffset = 2 * Page };
        Assert.Equal(0, kernel.Setup(Aio2.Version, ByFd | Aio2Setup.Probe, &asked, 96));
        Assert.Equal((ulong)MapBytes, asked.RingMapBytes);
        Assert.Equal(0, kernel.Setup(Aio2.Version, ByFd, &asked, 96));
        Assert.Equal(1, file.References());
        file.Close();

        // What the kernel mapped for the caller, and the caller's own view, show the same ring.
        var reaper = RingView.Reaper((ulong)view + 2 * Page, MapBytes);
        var other = RingView.Reaper(asked.RingAddr, asked.RingMapBytes);
        for (ulong i = 0; i < 300; i++)
        {
            Nop(kernel, asked.Ctx, i);
            Assert.Equal(i, (i % 2 == 0 ? reaper : other).Read(out _));
        }

        Assert.Equal(2 * Page, new Span<byte>(view, 2 * Page).Count((byte)0xa5));
        Assert.Equal(Page, new Span<byte>(view + 2 * Page + MapBytes, Page).Count((byte)0xa5));
        Assert.Equal(0, kernel.Destroy(asked.Ctx));
        Assert.Equal(0, Libc.Munmap((void*)asked.RingAddr, MapBytes));
        Assert.Equal(0, Libc.Munmap(view, (nuint)file.Bytes));
    }

    public static TheoryData<string, int> Unfit => new()
    {
        { "unsealed", Errno.EINVAL }, { "sealed against writing", Errno.EINVAL }, { "short", Errno.EINVAL }, { "offset beyond", Errno.EINVAL },
        { "offset odd", Errno.EINVAL }, { "offset huge", Errno.EINVAL }, { "read-only", Errno.EINVAL }, { "regular", Errno.EINVAL },
        { "pipe", Errno.EINVAL }, { "closed", Errno.EBADF }, { "negative", Errno.EBADF }, { "both flags", Errno.EINVAL }, { "private ring", Errno.EINVAL },
    };

    [Theory, MemberData(nameof(Unfit)), Requirement("SETUP-8", "SETUP-7", "SETUP-10")]
    public void A_descriptor_that_will_not_do(string how, int errno)
    {
        using var kernel = Harness.NewKernel();
        using var file = new MemoryFile(
            how == "short" ? MapBytes - Page : MapBytes,
            how == "unsealed" ? Libc.F_SEAL_GROW : how == "sealed against writing" ? Libc.F_SEAL_SHRINK | Libc.F_SEAL_WRITE : Libc.F_SEAL_SHRINK);
        using var pipe = new Pipe();
        using var scratch = new ScratchFile(content: new byte[MapBytes]);
        var readOnly = Libc.Open(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{file.Fd}"), Libc.O_RDONLY | Libc.O_CLOEXEC);
        var fd = how switch { "read-only" => readOnly, "regular" => scratch.Fd, "pipe" => pipe.WriteEnd, "closed" => 1 << 20, "negative" => -1, _ => file.Fd };
        var asked = new Aio2Params
        {
            RingBytes = Page, RingFd = fd,
            RingOffset = how switch { "offset beyond" => Page, "offset odd" => 8, "offset huge" => ulong.MaxValue - 4095, _ => 0 },
        };
        var flags = how switch { "both flags" => ByFd | Aio2Setup.RingAddr, "private ring" => Aio2Setup.RingFd, _ => ByFd };
        var given = asked;
        var references = file.References();

        Assert.Equal(-errno, kernel.Setup(Aio2.Version, flags, &given, 96));

        Assert.True(new Span<byte>(&asked, 96).SequenceEqual(new Span<byte>(&given, 96)));
        Assert.Equal(references, file.References());
        Assert.Equal(0, Libc.Close(readOnly));
    }

    [Theory, InlineData("anonymous"), InlineData("memfd"), InlineData("memfd, closed"), Requirement("SETUP-8", "GET-5")]
    public void Shared_memory_by_address_between_guard_pages_and_the_caller_may_take_it_away(string kind)
    {
        using var kernel = Harness.NewKernel();
        using var file = new MemoryFile(MapBytes);
        var guarded = (byte*)Libc.Mmap(null, MapBytes + (2 * Page), Libc.PROT_NONE, Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS, -1, 0);
        var flags = Libc.MAP_SHARED | Libc.MAP_FIXED | (kind == "anonymous" ? Libc.MAP_ANONYMOUS : 0);
        var view = (byte*)Libc.Mmap(guarded + Page, MapBytes, ReadWrite, flags, kind == "anonymous" ? -1 : file.Fd, 0);
        Assert.True(view == guarded + Page);
        if (kind == "memfd, closed")
        {
            file.Close();
        }

        var asked = new Aio2Params { RingBytes = Page, NrReqs = 1000, RingAddr = (ulong)view };
        Assert.Equal(0, kernel.Setup(Aio2.Version, ByAddress, &asked, 96));
        Assert.Equal(((ulong)view, (ulong)MapBytes), (asked.RingAddr, asked.RingMapBytes));
        var reaper = RingView.Reaper(asked.RingAddr, asked.RingMapBytes);
        for (ulong i = 0; i < 300; i++)
        {
            Nop(kernel, asked.Ctx, i);
            Assert.Equal(i, reaper.Read(out _));
        }

        // The ring's content and what comes later: all by the call, whatever becomes of the view.
        Nop(kernel, asked.Ctx, 300);
        Assert.Equal(0, Libc.Mprotect(view, MapBytes, Libc.PROT_NONE));
        Nop(kernel, asked.Ctx, 301);
        Assert.Equal([300ul, 301ul], Drain(kernel, asked.Ctx));
        Nop(kernel, asked.Ctx, 302);
        Assert.Equal(0, Libc.Munmap(view, MapBytes));
        for (ulong i = 303; i < 900; i++)
        {
            Nop(kernel, asked.Ctx, i);
        }

        Assert.Equal(Enumerable.Range(302, 598).Select(i => (ulong)i), Drain(kernel, asked.Ctx));
        Assert.Equal(0, kernel.Destroy(asked.Ctx));

        // What the runtime has put where the view was stays.
        Assert.Equal(0, Libc.Munmap(guarded, Page));
        Assert.Equal(0, Libc.Munmap(view + MapBytes, Page));
    }

    [Fact, Requirement("SETUP-8")]
    public void A_view_that_was_moved_is_still_the_ring()
    {
        using var kernel = Harness.NewKernel();
        var view = (byte*)Libc.Mmap(null, MapBytes, ReadWrite, Libc.MAP_SHARED | Libc.MAP_ANONYMOUS, -1, 0);
        var asked = new Aio2Params { RingBytes = Page, NrReqs = 1000, RingAddr = (ulong)view };
        Assert.Equal(0, kernel.Setup(Aio2.Version, ByAddress, &asked, 96));

        var target = (byte*)Libc.Mmap(null, MapBytes, Libc.PROT_NONE, Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS, -1, 0);
        Assert.True((byte*)Libc.Mremap(view, MapBytes, MapBytes, Libc.MREMAP_MAYMOVE | Libc.MREMAP_FIXED, target) == target);
        Nop(kernel, asked.Ctx, 7);

        Assert.Equal(7ul, RingView.Reaper((ulong)target, MapBytes).Read(out _));
        Assert.Equal(0, kernel.Destroy(asked.Ctx));
        Assert.Equal(0, Libc.Munmap(target, MapBytes));
    }

    [Fact, Requirement("SETUP-8")]
    public void A_view_of_several_protections_will_do_and_a_patchwork_will_not()
    {
        using var kernel = Harness.NewKernel();
        var view = (byte*)Libc.Mmap(null, MapBytes, ReadWrite, Libc.MAP_SHARED | Libc.MAP_ANONYMOUS, -1, 0);
        Assert.Equal(0, Libc.Mprotect(view, Page, Libc.PROT_READ));
        Assert.Equal(0, Libc.Mprotect(view + (2 * Page), Page, Libc.PROT_READ));
        var asked = new Aio2Params { RingBytes = Page, RingAddr = (ulong)view };
        Assert.Equal(0, kernel.Setup(Aio2.Version, ByAddress, &asked, 96));
        Nop(kernel, asked.Ctx, 1);
        Assert.Equal(1ul, RingView.Reaper(asked.RingAddr, MapBytes).Read(out _));
        Assert.Equal(0, kernel.Destroy(asked.Ctx));

        // Shared all of it, but of two files.
        Assert.True((byte*)Libc.Mmap(view + Page, Page, ReadWrite, Libc.MAP_SHARED | Libc.MAP_ANONYMOUS | Libc.MAP_FIXED, -1, 0) == view + Page);
        asked = new Aio2Params { RingBytes = Page, RingAddr = (ulong)view };
        Assert.Equal(-Errno.EINVAL, kernel.Setup(Aio2.Version, ByAddress, &asked, 96));
        Assert.Equal(0, Libc.Munmap(view, MapBytes));
    }

    public static TheoryData<string> UnfitMemory => ["private", "heap", "stack", "unmapped", "odd", "zero", "last page", "short", "hole", "unsealed memfd", "file", "private memfd"];

    [Theory, MemberData(nameof(UnfitMemory)), Requirement("SETUP-8", "SETUP-10")]
    public void Memory_that_will_not_do(string kind)
    {
        using var kernel = Harness.NewKernel();
        using var sealedFile = new MemoryFile(MapBytes);
        using var unsealed = new MemoryFile(MapBytes, seals: 0);
        using var scratch = new ScratchFile(content: new byte[MapBytes]);
        var onStack = stackalloc byte[4 * MapBytes];
        var bytes = (nuint)(kind == "short" ? MapBytes - Page : MapBytes);
        var (flags, fd) = kind switch
        {
            "private" => (Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS, -1),
            "unsealed memfd" => (Libc.MAP_SHARED, unsealed.Fd),
            "file" => (Libc.MAP_SHARED, scratch.Fd),
            "private memfd" => (Libc.MAP_PRIVATE, sealedFile.Fd),
            _ => (Libc.MAP_SHARED | Libc.MAP_ANONYMOUS, -1),
        };

        // Two pages more, unmapped: nothing else comes to lie behind the memory.
        var room = (byte*)Libc.Mmap(null, MapBytes + (2 * Page), Libc.PROT_NONE, Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS, -1, 0);
        var view = (byte*)Libc.Mmap(room, bytes, ReadWrite, flags | Libc.MAP_FIXED, fd, 0);
        Assert.True(view == room);
        var heap = (ulong)System.Runtime.InteropServices.NativeMemory.AlignedAlloc(MapBytes, Page);
        var address = kind switch
        {
            "heap" => heap,
            "stack" => ((ulong)onStack + Page - 1) & ~(ulong)(Page - 1),
            "unmapped" => 1ul << 46,
            "odd" => (ulong)view + 8,
            "zero" => 0ul,
            "last page" => ulong.MaxValue - 4095,
            _ => (ulong)view,
        };
        if (kind == "hole")
        {
            Assert.Equal(0, Libc.Munmap(view + Page, Page));
        }

        var asked = new Aio2Params { RingBytes = Page, RingAddr = address };
        var given = asked;
        Assert.Equal(-Errno.EINVAL, kernel.Setup(Aio2.Version, ByAddress, &given, 96));

        Assert.True(new Span<byte>(&asked, 96).SequenceEqual(new Span<byte>(&given, 96)));

        // What the runtime has put into the hole stays.
        Assert.Equal(0, Libc.Munmap(room, Page));
        Assert.Equal(0, kind == "hole" ? 0 : Libc.Munmap(room + Page, Page));
        Assert.Equal(0, Libc.Munmap(room + (2 * Page), MapBytes));
        System.Runtime.InteropServices.NativeMemory.AlignedFree((void*)heap);
    }

    // With huge pages in the pool it works; without, want of memory is told at setup and not by a signal later.
    [Fact, Requirement("SETUP-8")]
    public void Huge_pages_at_their_own_alignment_or_no_memory_at_setup()
    {
        using var kernel = Harness.NewKernel();
        using var file = new MemoryFile(2 * MemoryFile.HugePage, flags: Libc.MFD_HUGETLB);
        var asked = new Aio2Params { RingBytes = Page, NrReqs = 1000, RingFd = file.Fd, RingOffset = Page };
        Assert.Equal(-Errno.EINVAL, kernel.Setup(Aio2.Version, ByFd, &asked, 96));
        asked = new Aio2Params { RingBytes = MemoryFile.HugePage * 2, RingFd = file.Fd };
        Assert.Equal(-Errno.EINVAL, kernel.Setup(Aio2.Version, ByFd, &asked, 96));

        asked = new Aio2Params { RingBytes = 1 << 20, NrReqs = 1000, RingFd = file.Fd, RingOffset = MemoryFile.HugePage };
        var probed = asked;
        Assert.Equal(0, kernel.Setup(Aio2.Version, ByFd | Aio2Setup.Probe, &probed, 96));
        Assert.Equal((ulong)MemoryFile.HugePage, probed.RingMapBytes);
        var result = kernel.Setup(Aio2.Version, ByFd, &asked, 96);
        if (FreeHugePages() < 2)
        {
            Assert.Equal(-Errno.ENOMEM, result);
            Assert.Equal((0u, 0ul), (asked.Ctx, asked.RingAddr));
            return;
        }

        Assert.Equal(0, result);
        var reaper = RingView.Reaper(asked.RingAddr, asked.RingMapBytes);
        for (ulong i = 0; i < 300; i++)
        {
            Nop(kernel, asked.Ctx, i);
            Assert.Equal(i, reaper.Read(out _));
        }

        // By address, too: of the view that the first ring has.
        var again = new Aio2Params { RingBytes = 1 << 20, RingAddr = asked.RingAddr };
        Assert.Equal(0, kernel.Destroy(asked.Ctx));
        Assert.Equal(0, kernel.Setup(Aio2.Version, ByAddress, &again, 96));
        Nop(kernel, again.Ctx, 5);
        Assert.Equal(5ul, RingView.Reaper(again.RingAddr, again.RingMapBytes).Read(out _));
        Assert.Equal(0, kernel.Destroy(again.Ctx));
        Assert.Equal(0, Libc.Munmap((void*)asked.RingAddr, (nuint)asked.RingMapBytes));
    }

    [Fact, Requirement("SETUP-8", "RING-5", "RING-6")]
    public void The_caller_may_overwrite_every_byte_and_the_kernel_delivers_or_says_corrupt()
    {
        using var kernel = Harness.NewKernel();
        var buffer = stackalloc byte[Page + 64];
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            using var file = new MemoryFile(MapBytes);
            var asked = new Aio2Params { RingBytes = Page, NrReqs = 64, RingFd = file.Fd };
            Assert.Equal(0, kernel.Setup(Aio2.Version, ByFd, &asked, 96));
            var map = (byte*)asked.RingAddr;
            ulong sent = 0;
            for (var step = 0; step < 60; step++)
            {
                Scribble(map, random);
                for (var i = random.Next(12); i > 0; i--)
                {
                    var nop = Harness.Nop(sent);
                    sent += kernel.Submit(asked.Ctx, &nop, 48, null) == 48 ? 1u : 0u;
                }

                // The bytes are the caller's own nonsense; that records stay in bounds is the kernel's promise.
                new Span<byte>(buffer, Page + 64).Fill(0x5a);
                var room = random.Next(0, 512) * 8;
                var wait = new Aio2Wait { Size = Aio2Wait.SizeOf };
                var got = kernel.GetEvents(asked.Ctx, buffer, (nuint)room, 0, &wait, 0);
                Assert.True(got is -Errno.EMSGSIZE || (got >= 0 && got <= room && got % 8 == 0), $"seed {seed}: {got} of {room}");
                Assert.Equal(-1, new Span<byte>(buffer + room, Page + 64 - room).IndexOfAnyExcept((byte)0x5a));
            }

            // Whatever was done to it: a new ring works.
            _ = Drain(kernel, asked.Ctx);
            var info = new Aio2RingInfo { Size = Aio2RingInfo.SizeOf, RingBytes = Page };
            Assert.Equal(0, kernel.RingCtl(asked.Ctx, Aio2Ctl.Resize, (ulong)&info));
            _ = Drain(kernel, asked.Ctx);
            Nop(kernel, asked.Ctx, 12345);
            Assert.Equal([12345ul], Drain(kernel, asked.Ctx));
            Assert.Equal(0, kernel.Destroy(asked.Ctx));
            Assert.Equal(0, Libc.Munmap(map, MapBytes));
            Assert.Equal(0, Libc.Munmap((void*)info.RingAddr, (nuint)info.RingMapBytes));
        }
    }

    [Fact, Requirement("RING-11", "SETUP-8")]
    public void The_kernels_mapping_goes_with_the_last_who_holds_it_and_the_users_view_stays()
    {
        var layout = RingLayout.For(Page, Page);
        Assert.Equal(0, RingPlace.Judge(0, 0, 0, 0, layout, out var place));
        var memory = RingMemory.Create(place, layout, out var error)!;
        Assert.Equal(0, error);
        var kernel = (ulong)memory.Kernel;
        var file = MemoryMap.Covering(kernel, Page).Single();
        memory.Hold();

        memory.Drop();
        Assert.True(MemoryMap.Covering(kernel, MapBytes).Exists(m => m.IsSameFile(file)));
        memory.Drop();
        Assert.False(MemoryMap.Covering(kernel, MapBytes).Exists(m => m.IsSameFile(file)));
        Assert.True(MemoryMap.Covering((ulong)memory.User, MapBytes).Exists(m => m.IsSameFile(file)));
        memory.UnmapUser();
    }

    [Fact, Requirement("RING-10")]
    public void The_kernels_reference_to_an_eventfd_goes_with_the_last_who_holds_it()
    {
        ulong count = 0;
        var fd = Libc.Eventfd(0, Libc.EFD_NONBLOCK | Libc.EFD_CLOEXEC);
        var signal = EventFdSignal.Open(fd, out var error)!;
        Assert.Equal(0, error);
        signal.Hold();

        signal.Drop();
        signal.Signal();

        Assert.Equal(8, Libc.Read(fd, &count, 8));
        Assert.Equal(1ul, count);
        signal.Drop();
        Assert.Equal(0, Libc.Close(fd));
    }

    private static void Scribble(byte* map, Random random)
    {
        for (var i = random.Next(4); i > 0; i--)
        {
            switch (random.Next(5))
            {
                case 0:
                    random.NextBytes(new Span<byte>(map, Aio2Ring.SizeOf));
                    break;
                case 1:
                    *(uint*)(map + (2 * Page) + (random.Next(Page / 8) * 8)) = (uint)random.Next(1 << random.Next(31));
                    break;
                case 2:
                    random.NextBytes(new Span<byte>(map + (2 * Page), Page));
                    break;
                case 3 when random.Next(8) == 0:
                    *(ulong*)(map + Page) = (ulong)random.NextInt64();
                    break;
                default:
                    *(ulong*)(map + Page) += (ulong)random.Next(-4, 16) * 8;
                    break;
            }
        }
    }

    private static void Nop(EmbeddedKernel kernel, uint ctx, ulong userData)
    {
        var nop = Harness.Nop(userData);
        Assert.Equal(48, kernel.Submit(ctx, &nop, 48, null));
    }

    private static List<ulong> Drain(EmbeddedKernel kernel, uint ctx)
    {
        var events = new List<ulong>();
        var buffer = new byte[Page];
        var wait = new Aio2Wait { Size = Aio2Wait.SizeOf };
        fixed (byte* p = buffer)
        {
            for (long got; (got = kernel.GetEvents(ctx, p, Page, 0, &wait, 0)) > 0;)
            {
                for (var at = 0; at < got; at += Math.Max(8, (int)*(uint*)(p + at)))
                {
                    events.Add(((IoEvent2*)(p + at))->UserData);
                }
            }
        }

        return events;
    }

    private static long FreeHugePages() => File.ReadLines("/proc/meminfo")
        .Where(l => l.StartsWith("HugePages_Free:", StringComparison.Ordinal))
        .Select(l => long.Parse(l.AsSpan(15), NumberStyles.Integer, CultureInfo.InvariantCulture)).Single();
}
