using AioV2.Abi;
using AioV2.Kernel.Linux;
using AioV2.Kernel.Memory;
using AioV2.Tests;

namespace AioV2.Kernel.Tests.Memory;

/// <summary>The laws of user memory, for each of the two ways of checking it.</summary>
[Requirement("ERR-1")]
[Collection(SignalHandlers.Name)]
public unsafe class UserMemoryTests
{
    private const int Page = TestPages.Page;

    /// <summary>Sizes around every branch of the copy routine and of the bounce's chunks.</summary>
    private static readonly int[] Sizes = [1, 7, 8, 9, 63, 64, 65, 200, 1023, 1024, 1025, 4095, 4096, 4097, 65536, 65537, 200_000];

    public static TheoryData<string> Checkers => ["fixup", "bounce"];

    private static UserMemory Checker(string name)
    {
        var memory = name == "fixup" ? new UserMemory(UserMemoryPolicy.Checked) : UserMemory.Bouncing();

        // The tests build with a C compiler: a fixup that silently became a bounce would prove nothing.
        Assert.True(memory.Kind == (name == "fixup" ? Aio2UserMemory.Fixup : Aio2UserMemory.Bounce), memory.Reason);
        return memory;
    }

    private static byte[] Pattern(int bytes, int seed = 1)
    {
        var pattern = new byte[bytes];
        new Random(seed).NextBytes(pattern);
        return pattern;
    }

    [Theory, MemberData(nameof(Checkers))]
    public void Good_memory_is_copied_both_ways_at_any_size_and_alignment(string checker)
    {
        var memory = Checker(checker);
        using var pages = new TestPages(64);
        foreach (var size in Sizes)
        {
            for (var misalignment = 0; misalignment < 9; misalignment++)
            {
                var source = Pattern(size, size + misalignment);
                var back = new byte[size + 2];
                pages.Span.Fill(0xEE);
                fixed (byte* from = source, to = back)
                {
                    Assert.Equal(0, memory.CopyOut(pages.Address + (ulong)misalignment + 1, from, (nuint)size));
                    Assert.Equal(0, memory.CopyIn(to + 1, pages.Address + (ulong)misalignment + 1, (nuint)size));
                }

                Assert.True(source.AsSpan().SequenceEqual(back.AsSpan(1, size)));
                Assert.Equal((0, 0), (back[0], back[^1]));
                Assert.Equal((0xEE, 0xEE), (pages.Span[misalignment], pages.Span[misalignment + 1 + size]));
            }
        }
    }

    [Theory, MemberData(nameof(Checkers))]
    public void A_mebibyte_is_copied_whole(string checker)
    {
        var memory = Checker(checker);
        const int Size = 1 << 20;
        using var pages = new TestPages((Size / Page) + 1);
        var source = Pattern(Size);
        var back = new byte[Size];
        fixed (byte* from = source, to = back)
        {
            Assert.Equal(0, memory.CopyOut(pages.Address + 3, from, Size));
            Assert.Equal(0, memory.CopyIn(to, pages.Address + 3, Size));
        }

        Assert.Equal(source, back);
    }

    [Theory, MemberData(nameof(Checkers))]
    public void A_copy_stops_at_the_exact_byte_where_memory_ends(string checker)
    {
        var memory = Checker(checker);
        using var pages = new TestPages(66);
        pages.Protect(65, Libc.PROT_NONE);
        var edge = pages.Address + (65 * Page);
        var kernel = Pattern(66 * Page);
        var back = new byte[66 * Page];
        foreach (var size in Sizes)
        {
            foreach (var good in new[] { 0, 1, 7, 8, 13, 64, 100, size / 2, size - 1 }.Where(g => g < size).Distinct())
            {
                fixed (byte* from = kernel, to = back)
                {
                    var start = edge - (ulong)good;
                    Assert.Equal((nuint)good, memory.CopyOutPrefix(start, from, (nuint)size));
                    Assert.Equal((nuint)good, memory.CopyInPrefix(to, start, (nuint)size));
                    Assert.True(new Span<byte>(from, good).SequenceEqual(new Span<byte>(to, good)));
                    Assert.Equal(-Errno.EFAULT, memory.CopyOut(start, from, (nuint)size));
                    Assert.Equal(-Errno.EFAULT, memory.CopyIn(to, start, (nuint)size));
                }
            }
        }
    }

    [Theory, MemberData(nameof(Checkers))]
    public void Unmapped_memory_is_bad_for_both_ways(string checker)
    {
        var memory = Checker(checker);
        using var pages = TestPages.Alone(1);
        Assert.Equal(0, memory.Write(pages.Address + Page - 8, 1L));
        RefusesAll(memory, pages.Address + Page);
        RefusesAll(memory, pages.Address + Page - 4);
        RefusesAll(memory, pages.Address + (1 << 20));
    }

    [Theory, MemberData(nameof(Checkers))]
    public void Memory_without_access_is_bad_for_both_ways(string checker)
    {
        var memory = Checker(checker);
        using var pages = new TestPages(2);
        pages.Protect(0, Libc.PROT_NONE);
        RefusesAll(memory, pages.Address);
    }

    [Theory, MemberData(nameof(Checkers))]
    public void Memory_past_the_end_of_a_truncated_file_is_bad_for_both_ways(string checker)
    {
        var memory = Checker(checker);
        using var pages = TestPages.Truncated(pages: 2, filePages: 1);
        var value = 0x1122334455667788;
        Assert.Equal(0, memory.CopyOut(pages.Address, &value, 8));
        RefusesAll(memory, pages.Address + Page);
        RefusesAll(memory, pages.Address + Page - 4);
    }

    [Theory, MemberData(nameof(Checkers))]
    public void Read_only_memory_can_be_read_and_not_written(string checker)
    {
        var memory = Checker(checker);
        using var pages = new TestPages(1);
        pages.Span.Fill(5);
        pages.Protect(0, Libc.PROT_READ);
        long value = 0;
        Assert.Equal(0, memory.CopyIn(&value, pages.Address, 8));
        Assert.Equal(0x0505050505050505, value);
        value = 9;
        Assert.Equal(-Errno.EFAULT, memory.CopyOut(pages.Address, &value, 8));
        Assert.Equal(-Errno.EFAULT, memory.ClearOut(pages.Address, 8));
        Assert.Equal(-Errno.EFAULT, memory.ProbeWritable(pages.Address, 8));
        Assert.Equal(5, pages.Span[0]);
    }

    [Theory, MemberData(nameof(Checkers))]
    public void Addresses_outside_the_user_half_or_wrapping_are_bad(string checker)
    {
        var memory = Checker(checker);
        using var pages = new TestPages(1);
        foreach (var address in new ulong[] { 0, 1, 4095, 1ul << 47, 0x0000_8000_0000_0000, 0x1234_5678_0000_0000, long.MaxValue - 7, 1ul << 63, 0xffff_8000_0000_0000, 0xffff_ffff_ff60_0000, ulong.MaxValue - 3, ulong.MaxValue })
        {
            RefusesAll(memory, address);
        }

        byte value = 0;
        foreach (var bytes in new[] { nuint.MaxValue, nuint.MaxValue - (nuint)pages.Start, nuint.MaxValue >> 1 })
        {
            Assert.Equal((nuint)0, memory.CopyInPrefix(&value, pages.Address, bytes));
            Assert.Equal((nuint)0, memory.CopyOutPrefix(pages.Address, &value, bytes));
            Assert.Equal(-Errno.EFAULT, memory.ClearOut(pages.Address, bytes));
            Assert.Equal(-Errno.EFAULT, memory.ProbeWritable(pages.Address, bytes));
        }
    }

    [Theory, MemberData(nameof(Checkers))]
    public void No_bytes_are_fine_at_any_address(string checker)
    {
        var memory = Checker(checker);
        foreach (var address in new ulong[] { 0, 1, 1ul << 47, ulong.MaxValue })
        {
            Assert.Equal(0, memory.CopyIn(null, address, 0));
            Assert.Equal(0, memory.CopyOut(address, null, 0));
            Assert.Equal(0, memory.ClearOut(address, 0));
            Assert.Equal(0, memory.ProbeWritable(address, 0));
            Assert.Equal(0, memory.CheckZero(address, 0));
        }
    }

    [Theory, MemberData(nameof(Checkers)), Requirement("ISSUE-1")]
    public void A_probe_finds_one_bad_page_anywhere_and_changes_nothing(string checker)
    {
        var memory = Checker(checker);
        using var pages = new TestPages(5);
        var content = Pattern(5 * Page);
        content.CopyTo(pages.Span);
        Assert.Equal(0, memory.ProbeWritable(pages.Address, 5 * Page));
        Assert.Equal(0, memory.ProbeWritable(pages.Address + Page - 1, 1));
        Assert.True(content.AsSpan().SequenceEqual(pages.Span));

        pages.Protect(4, Libc.PROT_READ);
        Assert.Equal(0, memory.ProbeWritable(pages.Address, 4 * Page));
        Assert.Equal(0, memory.ProbeWritable(pages.Address + (4 * Page) - 1, 1));
        Assert.Equal(-Errno.EFAULT, memory.ProbeWritable(pages.Address, (4 * Page) + 1));
        Assert.Equal(-Errno.EFAULT, memory.ProbeWritable(pages.Address + (4 * Page) - 1, 2));
        Assert.Equal(-Errno.EFAULT, memory.ProbeWritable(pages.Address + (5 * Page) - 1, 1));
        Assert.True(content.AsSpan().SequenceEqual(pages.Span));
    }

    [Theory, MemberData(nameof(Checkers)), Requirement("ISSUE-1")]
    public void A_probe_loses_no_store_of_another_thread(string checker)
    {
        var memory = Checker(checker);
        using var pages = new TestPages(1);
        var counter = (int*)pages.Start;
        var address = pages.Address;
        const int Additions = 100_000;
        var adder = new Thread(() =>
        {
            for (var i = 0; i < Additions; i++)
            {
                Interlocked.Increment(ref *counter);
            }
        });
        adder.Start();
        do
        {
            Assert.Equal(0, memory.ProbeWritable(address, 4));
        }
        while (adder.IsAlive);

        Assert.Equal(Additions, *counter);
    }

    [Theory, MemberData(nameof(Checkers))]
    public void Clearing_writes_zeroes_and_nothing_beyond(string checker)
    {
        var memory = Checker(checker);
        using var pages = new TestPages(4);
        pages.Span.Fill(0xFF);
        Assert.Equal(0, memory.ClearOut(pages.Address + 5, (2 * Page) + 100));
        Assert.Equal(-1, pages.Span.Slice(5, (2 * Page) + 100).IndexOfAnyExcept((byte)0));
        Assert.Equal(0xFF, pages.Span[4]);
        Assert.Equal(0xFF, pages.Span[(2 * Page) + 105]);
    }

    [Theory, MemberData(nameof(Checkers)), Requirement("SETUP-3")]
    public void An_extensible_struct_is_filled_up_and_its_excess_must_be_zero(string checker)
    {
        var memory = Checker(checker);
        using var pages = new TestPages(2);
        pages.Protect(1, Libc.PROT_NONE);
        pages.Span[..8].Fill(3);
        var known = stackalloc byte[16];
        new Span<byte>(known, 16).Fill(0xAA);

        Assert.Equal(0, memory.CopyStructIn(known, 16, pages.Address, 8));
        Assert.Equal([3, 3, 3, 3, 3, 3, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0], new Span<byte>(known, 16).ToArray());
        Assert.Equal(0, memory.CopyStructIn(known, 8, pages.Address, Page));
        pages.Span[Page - 1] = 1;
        Assert.Equal(-Errno.E2BIG, memory.CopyStructIn(known, 8, pages.Address, Page));
        Assert.Equal(0, memory.CopyStructIn(known, 8, pages.Address, Page - 1));
        pages.Span[Page - 1] = 0;
        Assert.Equal(-Errno.EFAULT, memory.CopyStructIn(known, 8, pages.Address, Page + 1));
        Assert.Equal(-Errno.EFAULT, memory.CopyStructIn(known, 8, ulong.MaxValue - 3, 16));
    }

    [Fact]
    public void The_direct_policy_copies_and_refuses_the_null_page()
    {
        var memory = new UserMemory(UserMemoryPolicy.Direct);
        using var pages = new TestPages(1);
        Assert.Equal(Aio2UserMemory.Direct, memory.Kind);
        Assert.Equal(0, memory.Write(pages.Address + 1, 77L));
        Assert.Equal(0, memory.Read(pages.Address + 1, out long value));
        Assert.Equal(77, value);
        Assert.Equal(0, memory.ProbeWritable(pages.Address, 8));
        RefusesAll(memory, 0);
        RefusesAll(memory, 1ul << 63);
    }

    [Theory, MemberData(nameof(Checkers))]
    public void A_steady_state_of_copies_allocates_nothing(string checker)
    {
        var memory = Checker(checker);
        using var pages = new TestPages(2);
        pages.Protect(1, Libc.PROT_NONE);
        Span<byte> buffer = stackalloc byte[64];
        fixed (byte* kernel = buffer)
        {
            // The first rounds compile what runs, and the runtime may have something to do once more later: steady is what is repeated.
            var least = long.MaxValue;
            for (var stretch = 0; stretch < 5; stretch++)
            {
                var before = GC.GetAllocatedBytesForCurrentThread();
                for (var round = 0; round < 200; round++)
                {
                    memory.CopyIn(kernel, pages.Address, 64);
                    memory.CopyOut(pages.Address, kernel, 64);
                    memory.CopyOut(pages.Address + Page - 8, kernel, 64);
                    memory.ProbeWritable(pages.Address, 64);
                    memory.CheckZero(pages.Address, 64);
                }

                least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
            }

            Assert.Equal(0, least);
        }
    }

    private static void RefusesAll(UserMemory memory, ulong address)
    {
        long value = 0;
        Assert.Equal(-Errno.EFAULT, memory.CopyIn(&value, address, 8));
        Assert.Equal(-Errno.EFAULT, memory.CopyOut(address, &value, 8));
        Assert.Equal(-Errno.EFAULT, memory.ClearOut(address, 8));
        Assert.Equal(-Errno.EFAULT, memory.ProbeWritable(address, 8));
        Assert.Equal(-Errno.EFAULT, memory.CheckZero(address, 8));
        Assert.Equal(-Errno.EFAULT, memory.Read<long>(address, out _));
        Assert.Equal(-Errno.EFAULT, memory.Write(address, value));
    }
}
