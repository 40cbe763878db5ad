using System.Runtime.CompilerServices;
using AioV2.Abi;
using AioV2.Kernel.Linux;
using AioV2.Kernel.Memory;

namespace AioV2.Kernel.Tests.Memory;

/// <summary>The checked copies beside what else happens in a process: other threads, the collector, the runtime's own faults.</summary>
[Collection(SignalHandlers.Name)]
public unsafe class UserMemoryRuntimeTests
{
    private const int Page = TestPages.Page;
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    private static UserMemory Checker(string name) =>
        name == "fixup" ? new UserMemory(UserMemoryPolicy.Checked) : UserMemory.Bouncing();

    [Theory, InlineData("fixup"), InlineData("bounce")]
    public void Memory_that_comes_and_goes_under_concurrent_copies_gives_success_or_EFAULT(string checker)
    {
        var memory = Checker(checker);
        using var pages = new TestPages(4);
        var address = pages.Address;
        int faults = 0, successes = 0, others = 0;
        using var stop = new CancellationTokenSource(Bound);
        var copiers = Enumerable.Range(0, 3).Select(n => new Thread(() =>
        {
            var buffer = stackalloc byte[3 * Page];
            while (!stop.IsCancellationRequested)
            {
                var result = (n & 1) == 0
                    ? memory.CopyIn(buffer, address + (ulong)n, (3 * Page) - 64)
                    : memory.CopyOut(address + (ulong)n, buffer, (3 * Page) - 64);
                Interlocked.Increment(ref result == 0 ? ref successes : ref result == -Errno.EFAULT ? ref faults : ref others);
            }
        })).ToList();
        copiers.ForEach(copier => copier.Start());

        // Enough of both outcomes have been seen, or the bound has passed.
        while (!stop.IsCancellationRequested && (Volatile.Read(ref faults) < 300 || Volatile.Read(ref successes) < 300))
        {
            pages.Protect(2, Libc.PROT_NONE);
            Thread.Yield();
            pages.Protect(2, Libc.PROT_READ | Libc.PROT_WRITE);
            Libc.Madvise(pages.Start, 4 * Page, Libc.MADV_DONTNEED);
            Thread.Yield();
        }

        Assert.False(stop.IsCancellationRequested, $"{faults} faults, {successes} successes");
        stop.Cancel();
        copiers.ForEach(copier => Assert.True(copier.Join(Bound)));
        Assert.Equal(0, others);
    }

    [Theory, InlineData("fixup"), InlineData("bounce")]
    public void Faults_live_beside_null_references_and_the_collector(string checker)
    {
        var memory = Checker(checker);
        using var pages = new TestPages(2);
        pages.Protect(1, Libc.PROT_NONE);
        pages.Span[..Page].Fill(7);
        var edge = pages.Address + Page;
        int wrong = 0, caught = 0, rounds = 0;
        var done = new CountdownEvent(4);
        var threads = Enumerable.Range(0, 4).Select(n => new Thread(() =>
        {
            var buffer = stackalloc byte[2 * Page];
            for (var i = 0; i < 1500; i++)
            {
                // Below and above the size at which the collector is told.
                var bytes = (i & 1) == 0 ? 64 : Page + 64;
                var good = i % 60;
                var moved = memory.CopyInPrefix(buffer, edge - (ulong)good, (nuint)bytes);
                var garbage = new object[16];
                if (moved != (nuint)good || (good > 0 && buffer[good - 1] != 7) || garbage.Length != 16)
                {
                    Interlocked.Increment(ref wrong);
                }

                try
                {
                    Touch(null);
                    Interlocked.Increment(ref wrong);
                }
                catch (NullReferenceException)
                {
                    Interlocked.Increment(ref caught);
                }

                Interlocked.Increment(ref rounds);
            }

            done.Signal();
        })).ToList();
        threads.ForEach(thread => thread.Start());
        var deadline = MonotonicClock.Now + (long)Bound.TotalNanoseconds;
        while (!done.IsSet && MonotonicClock.Now < deadline)
        {
            GC.Collect();

            // One collection right behind the other would keep the threads from coming on at all.
            for (var seen = Volatile.Read(ref rounds); !done.IsSet && Volatile.Read(ref rounds) < seen + 8 && MonotonicClock.Now < deadline;)
            {
                Thread.Yield();
            }
        }

        Assert.True(done.IsSet);
        Assert.Equal((0, 6000), (wrong, caught));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Touch(Box? box) => box!.Value;

    private sealed class Box
    {
        public int Value { get; set; }
    }
}
