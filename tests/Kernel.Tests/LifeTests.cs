using AioV2.Abi;
using AioV2.Kernel.Linux;
using AioV2.Tests;

namespace AioV2.Kernel.Tests;

/// <summary>Races around the end of a context and of its requests (DESTROY-1, RING-6, CANCEL-1).</summary>
public sealed unsafe class LifeTests
{
    [Theory, InlineData(0u), InlineData(Aio2Setup.UserReap), Requirement("DESTROY-1", "RING-6")]
    public void Destroy_against_submit_reap_and_data_that_arrives(uint kind)
    {
        using var kernel = Harness.NewKernel();
        for (var seed = 0; seed < 150; seed++)
        {
            var random = new Random(seed);
            using var aio = Harness.Context(nrReqs: 32, flags: kind, kernel: kernel);
            using var pipe = new Pipe();
            var data = aio.Memory(64);
            var reads = 0;
            var results = new long[2];
            var submitter = new Thread(() =>
            {
                long result;
                while ((result = aio.Submit(Harness.Read(pipe.ReadEnd, data, 1, -1, (ulong)reads), Harness.Nop(99))) is > 0 or -Errno.EAGAIN)
                {
                    reads++;
                }

                results[0] = result;
            });
            var reaper = new Thread(() =>
            {
                var buffer = stackalloc byte[256];
                long result;
                while ((result = aio.Kernel.GetEvents(aio.Ctx, buffer, 256, 24, null, 0)) > 0)
                {
                }

                results[1] = result;
            });
            submitter.Start();
            reaper.Start();
            pipe.Put(1 + random.Next(40));
            Thread.SpinWait(random.Next(20000));

            Assert.Equal(0, aio.Destroy());

            Assert.True(submitter.Join(TimeSpan.FromSeconds(Harness.Patience)) && reaper.Join(TimeSpan.FromSeconds(Harness.Patience)), $"seed {seed}");
            Assert.Equal([-Errno.ENXIO, -Errno.ENXIO], results);

            // No buffer of the caller is in use any more.
            data[0] = 1;
            pipe.Put(1);
            Assert.Equal(1, data[0]);
        }
    }

    [Theory, InlineData(0u), InlineData(Aio2Setup.UserReap), Requirement("RING-6", "GET-1")]
    public void Every_request_gives_one_event_while_waiters_of_many_kinds_sleep(uint kind)
    {
        const int Reads = 20000;
        using var aio = Harness.Context(nrReqs: 256, flags: kind);
        using var pipe = new Pipe();
        var data = aio.Memory(64);
        var counts = new int[Reads];
        var reaped = 0;
        var reapers = Enumerable.Range(0, 3).Select(n => new Thread(() =>
        {
            var buffer = stackalloc byte[1024];
            while (Volatile.Read(ref reaped) < Reads)
            {
                // Minimum and room differ; the time only bounds the last wait, when fewer than a minimum are left.
                var wait = new Aio2Wait { Size = Aio2Wait.SizeOf, Nsec = 200_000_000 };
                var got = aio.Kernel.GetEvents(aio.Ctx, buffer, (nuint)(200 + (n * 300)), (nuint)(24 * (1 + n)), &wait, 0);
                foreach (var e in Event.Split(new ReadOnlySpan<byte>(buffer, (int)Math.Max(got, 0))))
                {
                    Assert.Equal(1, e.Res);
                    Interlocked.Increment(ref counts[e.UserData]);
                    Interlocked.Increment(ref reaped);
                }
            }
        })).ToArray();
        var writer = new Thread(() =>
        {
            for (var i = 0; i < Reads; i += 50)
            {
                pipe.Put(50);
            }
        });
        Array.ForEach(reapers, t => t.Start());
        writer.Start();
        var bound = System.Diagnostics.Stopwatch.StartNew();
        for (var i = 0; i < Reads;)
        {
            if (bound.Elapsed.TotalSeconds > 2 * Harness.Patience)
            {
                Assert.Fail($"{i} submitted, {reaped} reaped");
            }

            if (aio.Submit(Harness.Read(pipe.ReadEnd, data, 1, -1, (ulong)i)) > 0)
            {
                i++;
            }
            else
            {
                Thread.Yield();
            }
        }

        Assert.True(writer.Join(TimeSpan.FromSeconds(Harness.Patience)));
        Assert.All(reapers, t => Assert.True(t.Join(TimeSpan.FromSeconds(Harness.Patience)), $"{reaped} reaped"));
        Assert.All(counts, c => Assert.Equal(1, c));
    }

    [Fact, Requirement("SUBMIT-7")]
    public void An_eventfd_that_refuses_nowait_is_read_once_it_is_ready()
    {
        using var aio = Harness.Context();
        var fd = Libc.Eventfd(0, Libc.EFD_CLOEXEC);
        var data = (ulong*)aio.Memory(8);
        aio.Submit(Harness.Read(fd, data, 8, -1, 1));
        ulong value = 17;

        Assert.Equal(8, Libc.Write(fd, &value, 8));

        Assert.Equal(8, aio.ReapOne().Res);
        Assert.Equal(17ul, *data);
        Libc.Close(fd);
    }

    [Fact, Requirement("SUBMIT-6", "DESTROY-1")]
    public void A_write_to_a_full_pipe_waits_without_a_worker_and_destroy_ends_it()
    {
        using var aio = Harness.Context();
        using var pipe = new Pipe();
        var data = aio.Memory(65536);
        pipe.Put(65536);

        for (var i = 0; i < 8; i++)
        {
            Assert.Equal(48, aio.Submit(Harness.Write(pipe.WriteEnd, data, 4096, -1, (ulong)i)));
        }

        Assert.Equal(4096, Libc.Read(pipe.ReadEnd, data, 4096));
        // Any of them: each call holds the pipe by a reference of its own, and the poller serves them as they come up.
        Assert.Equal(4096L, aio.ReapOne().Res);
        Assert.Equal(0, aio.Destroy());
    }

    [Fact, Requirement("DESTROY-1")]
    public void The_reads_of_a_closed_writer_end_with_0()
    {
        using var aio = Harness.Context();
        using var pipe = new Pipe();
        var data = aio.Memory(64);
        aio.Submit(Harness.Read(pipe.ReadEnd, data, 1, -1, 1), Harness.Read(pipe.ReadEnd, data, 1, -1, 2));

        pipe.CloseWrite();

        Assert.Equal([(1ul, 0L), (2ul, 0L)], aio.Reap(2).Select(e => (e.UserData, e.Res)));
    }

    /// <summary>A signal handler that makes a call while its thread waits in another took the outer call's mark away, and destroy freed
    /// what the waiter stood on.</summary>
    [Theory, InlineData(false), InlineData(true), Requirement("DESTROY-1")]
    public void Destroy_waits_for_a_call_that_was_interrupted_by_another(bool ofAnotherContext)
    {
        using var kernel = Harness.NewKernel();
        using var aio = Harness.Context(kernel: kernel);
        using var other = Harness.Context(kernel: kernel);
        var outer = kernel.ContextOf(aio.Ctx);
        var inner = kernel.ContextOf(ofAnotherContext ? other.Ctx : aio.Ctx);
        Assert.True(outer.TryEnter());
        Assert.True(inner.TryEnter());
        inner.Exit();
        var destroyer = new Destroyer(aio);
        destroyer.LetEnd();
        outer.Exit();
        Assert.Equal(0, destroyer.Result());
        Assert.Equal(0, other.Destroy());
    }

    [Fact, Requirement("DESTROY-1")]
    public void Destroy_waits_for_a_call_that_interrupts_another()
    {
        using var kernel = Harness.NewKernel();
        using var aio = Harness.Context(kernel: kernel);
        using var other = Harness.Context(kernel: kernel);
        var outer = kernel.ContextOf(other.Ctx);
        var inner = kernel.ContextOf(aio.Ctx);
        Assert.True(outer.TryEnter() && inner.TryEnter());
        var destroyer = new Destroyer(aio);
        destroyer.LetEnd();
        inner.Exit();
        Assert.Equal(0, destroyer.Result());
        outer.Exit();
        Assert.Equal(0, other.Destroy());
    }
}
