using AioV2.Abi;
using AioV2.Abi.Ring;
using AioV2.Kernel.Linux;
using AioV2.Tests;

namespace AioV2.Kernel.Tests.Rings;

/// <summary>One ring, two processes: what the child takes and what the parent takes are together each event once, whenever the
/// child is killed (RING-6, GET-5, SETUP-8).</summary>
public sealed unsafe class TwoProcessTests
{
    private const int Requests = 4000, Batch = 50, RingBytes = 4096, TakeBytes = 480;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 30)];

    [Theory, MemberData(nameof(Seeds)), Requirement("RING-6", "GET-5", "SETUP-8")]
    public void A_child_is_killed_and_the_parent_reaps_all_that_it_had_not_taken(int seed)
    {
        var dice = new Random(seed);
        using var ring = new Shared();
        using var child = new RingReaperProcess(ring.File.Fd);
        var mine = new List<ulong>();

        // Killed as soon as it is seen to have got so far: between which two of its instructions, chance decides.
        var fatal = dice.Next(1, 1500);
        var isAlive = true;
        void Turn()
        {
            if (isAlive && child.Count >= fatal)
            {
                child.Kill();
                isAlive = false;
            }

            // With a child alive the call drains the list into the ring for it, and takes only as much as leaves it enough to die of.
            var takes = !isAlive || (dice.Next(4) == 0 && mine.Count + (TakeBytes / IoEvent2.SizeOf) <= Requests - fatal);
            mine.AddRange(ring.Take(takes ? TakeBytes : 0));
        }

        ring.SubmitAll(Turn);
        Assert.True(SpinWait.SpinUntil(Died, TimeSpan.FromSeconds(Harness.Patience)), $"the child has taken {child.Count} of {fatal}");
        bool Died()
        {
            Turn();
            return !isAlive;
        }

        Assert.False(child.IsConfused, "the ring made no sense to the child");

        // Dead between its intent and its count it has taken the event or not: head, which it alone may have moved there,
        // tells, and so does whether the event comes to the parent.
        var head = ring.Head;
        while (ring.Take(TakeBytes) is { Count: > 0 } rest)
        {
            mine.AddRange(rest);
        }

        var all = mine.Concat(child.Taken).ToList();
        if (child.IntentNext != 0 && all.Count == Requests - 1)
        {
            Assert.True(head >= child.IntentNext, "an event was lost that nobody took");
            all.Add(child.Intent);
        }

        Assert.Equal(Enumerable.Range(1, Requests).Select(i => (ulong)i), all.Order());
    }

    [Fact, Requirement("RING-1", "RING-8", "DESTROY-1")]
    public void A_child_takes_all_by_the_ring_alone_and_ends_when_the_context_does()
    {
        using var ring = new Shared();
        using var child = new RingReaperProcess(ring.File.Fd);

        // Nothing for itself: it only drains.
        ring.SubmitAll(() => ring.Take(0));
        Assert.True(SpinWait.SpinUntil(() => ring.Take(0).Count == 0 && child.Count == Requests, TimeSpan.FromSeconds(Harness.Patience)), $"the child took {child.Count}");
        Assert.Equal(Enumerable.Range(1, Requests).Select(i => (ulong)i), child.Taken.Order());
        ring.Destroy();
        Assert.Equal(0, child.AwaitExit());
    }

    // A context whose ring is in a file of the test's.
    private sealed class Shared : IDisposable
    {
        private readonly EmbeddedKernel _kernel = Harness.NewKernel();
        private readonly Aio2Params _params;
        private bool _isDestroyed;

        public Shared()
        {
            File = new MemoryFile((long)RingLayout.For(RingBytes, Environment.SystemPageSize).MapBytes);
            var parameters = new Aio2Params { RingBytes = RingBytes, RingFd = File.Fd, NrReqs = 512 };
            Assert.Equal(0, _kernel.Setup(Aio2.Version, Aio2Setup.UserReap | Aio2Setup.RingFd, &parameters, (nuint)sizeof(Aio2Params)));
            _params = parameters;
        }

        public MemoryFile File { get; }

        public ulong Head => Volatile.Read(ref ((Aio2RingUser*)(_params.RingAddr + _params.UserOffset))->Head);

        /// <summary>Submits every request, from 1 on; between batches, and while no slot is free, the caller has its turn.</summary>
        public void SubmitAll(Action between)
        {
            var run = stackalloc Iocb2[Batch];
            var deadline = Environment.TickCount64 + (Harness.Patience * 1000);
            for (var next = 1; next <= Requests;)
            {
                var count = Math.Min(Batch, Requests + 1 - next);
                for (var i = 0; i < count; i++)
                {
                    run[i] = Harness.Nop((ulong)(next + i));
                }

                var result = _kernel.Submit(_params.Ctx, run, (nuint)(count * Iocb2.SizeOf), null);
                Assert.True(result > 0 || result == -Errno.EAGAIN, $"io_submit2 said {result}");
                next += (int)Math.Max(0, result) / Iocb2.SizeOf;
                between();
                Assert.True(Environment.TickCount64 < deadline, "nobody reaps");
            }
        }

        /// <summary>What is there, up to so many bytes; with none it only drains.</summary>
        public List<ulong> Take(int bytes)
        {
            var buffer = stackalloc byte[TakeBytes];
            var wait = new Aio2Wait { Size = Aio2Wait.SizeOf };
            var got = _kernel.GetEvents(_params.Ctx, buffer, (nuint)bytes, 0, &wait, 0);
            Assert.True(got >= 0, $"io_getevents2 said {got}");
            return Event.Split(new ReadOnlySpan<byte>(buffer, (int)got)).ConvertAll(e => e.UserData);
        }

        public void Destroy()
        {
            _isDestroyed = true;
            Assert.Equal(0, _kernel.Destroy(_params.Ctx));
        }

        public void Dispose()
        {
            if (!_isDestroyed)
            {
                Destroy();
            }

            _ = Libc.Munmap((void*)_params.RingAddr, (nuint)_params.RingMapBytes);
            _kernel.Dispose();
            File.Dispose();
        }
    }
}
