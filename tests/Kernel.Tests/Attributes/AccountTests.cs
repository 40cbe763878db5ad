using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Tests;

namespace AioV2.Kernel.Tests.Attributes;

/// <summary>ACCOUNT (ATTR-7) and what PROBE tells of it (PROBE-1).</summary>
public sealed unsafe class AccountTests() : AttributeLaws(Aio2AttrType.Account)
{
    protected override byte[] Sample => BitConverter.GetBytes(0ul);

    [Theory, MemberData(nameof(Engines)), Requirement("ATTR-7", "PROBE-1")]
    public void A_tag_has_its_requests_and_the_bytes_of_each_direction(EngineKind engine)
    {
        using var bench = new AttributeBench(engine);
        Assert.Empty(Totals(bench.Kernel));
        foreach (var opcode in Aio2Catalog.Ops.Select(op => op.Opcode))
        {
            Assert.InRange(bench.Run(Charged(bench.Iocb(opcode), 7)).Res, 0, AttributeBench.FileBytes);
        }

        // One that fails is a request, and moved nothing; silence changes nothing.
        Assert.Equal(-Errno.EFAULT, bench.Run(Charged(bench.Iocb(Aio2Op.Pread) with { Addr = 8 }, ulong.MaxValue, Aio2AttrFlags.Noreturn)).Res);

        const ulong Two = 2 * AttributeBench.FileBytes;
        Assert.Equal([(7ul, (ulong)Aio2Catalog.Ops.Length, Two, Two), (ulong.MaxValue, 1ul, 0ul, 0ul)], Totals(bench.Kernel).Select(t => (t.Tag, t.Requests, t.BytesRead, t.BytesWritten)));
        Assert.All(Totals(bench.Kernel), total => Assert.Equal(((uint)Aio2ProbeAccount.SizeOf, 0u), (total.Size, total.Reserved)));
    }

    [Theory, InlineData(EngineKind.Threads), InlineData(EngineKind.IoUring), Requirement("ATTR-7")]
    public void Totals_add_up_under_concurrency(EngineKind engine)
    {
        const int Submitters = 4, Rounds = 40, Batch = 16, Tags = 5;
        using var kernel = EmbeddedKernel.Create(new KernelOptions { Engine = engine, MaxWorkers = 3 });
        using var file = new ScratchFile(content: ScratchFile.Pattern(4096));
        var expected = new (ulong Requests, ulong Read, ulong Written)[Tags];
        Parallel.For(0, Submitters, new ParallelOptions { MaxDegreeOfParallelism = Submitters }, submitter =>
        {
            using var aio = Harness.Context(kernel: kernel);
            var data = aio.Memory(4096);
            var random = new Random(submitter);
            var mine = new (ulong Requests, ulong Read, ulong Written)[Tags];
            for (var round = 0; round < Rounds; round++)
            {
                var run = new List<byte>();
                for (var i = 0; i < Batch; i++)
                {
                    var (tag, bytes, write) = (random.Next(Tags), (ulong)random.Next(1, 4096), random.Next(2) == 0);
                    var iocb = write ? Harness.Write(file.Fd, data, bytes, 0) : Harness.Read(file.Fd, data, bytes, 0);
                    run.AddRange(Charged(iocb, (ulong)tag).Bytes);
                    mine[tag] = (mine[tag].Requests + 1, mine[tag].Read + (write ? 0 : bytes), mine[tag].Written + (write ? bytes : 0));
                }

                Assert.Equal(run.Count, aio.Submit(CollectionsMarshal.AsSpan(run)));
                Assert.All(aio.Reap(Batch), done => Assert.True(done.Res > 0));
            }

            lock (expected)
            {
                for (var i = 0; i < Tags; i++)
                {
                    expected[i] = (expected[i].Requests + mine[i].Requests, expected[i].Read + mine[i].Read, expected[i].Written + mine[i].Written);
                }
            }
        });

        Assert.Equal(expected, Totals(kernel).OrderBy(t => t.Tag).Select(t => (t.Requests, t.BytesRead, t.BytesWritten)));
    }

    [Fact, Requirement("ATTR-7", "PROBE-1")]
    public void The_tag_beyond_the_last_one_gets_enospc_and_those_before_it_go_on()
    {
        using var bench = new AttributeBench();
        for (ulong i = 0; i < Aio2.AccountTagsMax; i++)
        {
            // Spread over all bits, so that places in the table collide.
            Assert.Equal(0, Assert.Single(bench.Run(Charged(bench.Iocb(Aio2Op.Nop), i << 53 | i)).ReturnList()).Head.Status);
        }

        for (var again = 0; again < 2; again++)
        {
            var done = bench.Run(Charged(bench.Iocb(Aio2Op.Nop), 12345678));
            Assert.Equal((0L, -Errno.ENOSPC), (done.Res, Assert.Single(done.ReturnList()).Head.Status));
        }

        Assert.Equal(0, Assert.Single(bench.Run(Charged(bench.Iocb(Aio2Op.Nop), 0)).ReturnList()).Head.Status);
        var totals = Totals(bench.Kernel);
        Assert.Equal(Aio2.AccountTagsMax, (uint)totals.Length);
        Assert.DoesNotContain(totals, total => total.Tag == 12345678);
        Assert.Equal([2ul, .. Enumerable.Repeat(1ul, totals.Length - 1)], totals.Select(total => total.Requests));
    }

    [Fact, Requirement("PROBE-1")]
    public void A_short_buffer_for_the_totals_is_refused_and_left_alone()
    {
        using var bench = new AttributeBench();
        bench.Run(Charged(bench.Iocb(Aio2Op.Nop), 1));
        bench.Run(Charged(bench.Iocb(Aio2Op.Nop), 2));

        var room = new byte[(2 * Aio2ProbeAccount.SizeOf) - 1];
        fixed (byte* p = room)
        {
            Assert.Equal(-Errno.EMSGSIZE, bench.Kernel.Probe(Aio2Probe.Accounts, p, (nuint)room.Length));
        }

        Assert.All(room, b => Assert.Equal(0, b));
        Assert.Equal(-Errno.EFAULT, bench.Kernel.Probe(Aio2Probe.Accounts, (void*)8, 4096));
    }

    private static Aio2ProbeAccount[] Totals(EmbeddedKernel kernel)
    {
        var room = new Aio2ProbeAccount[Aio2.AccountTagsMax];
        fixed (Aio2ProbeAccount* p = room)
        {
            var bytes = kernel.Probe(Aio2Probe.Accounts, p, (nuint)(room.Length * Aio2ProbeAccount.SizeOf));
            Assert.True(bytes >= 0 && bytes % Aio2ProbeAccount.SizeOf == 0);
            return room[..(int)(bytes / Aio2ProbeAccount.SizeOf)];
        }
    }

    private Record Charged(Iocb2 iocb, ulong tag, ushort flags = 0) =>
        Record.Of(iocb).Payload(Info.Type, new Aio2AttrAccount { Tag = tag }, flags);
}
