using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Kernel.Linux;
using AioV2.Kernel.Submission;
using AioV2.Tests;

namespace AioV2.Kernel.Tests.Hostile;

/// <summary>Runs that name as many descriptors as they can: found by reading, where each record walked over all before it.</summary>
public sealed unsafe class ManyFilesTests
{
    [Fact, Requirement("SUBMIT-2")]
    public void Each_descriptor_of_a_call_has_one_entry_however_many_there_are()
    {
        const int Files = 500;
        var fds = Open(Files);
        var inline = stackalloc byte[DescriptorTable.InlineBytes];
        var table = new DescriptorTable(inline);
        var places = new int[Files];
        for (var i = 0; i < Files; i++)
        {
            places[i] = table.Find(fds[i], holds: false);

            // What is bad is bad each time, and takes nobody's place.
            Assert.Equal(-Errno.EBADF, table.At(table.Find(-1 - i, holds: i % 2 == 0))->OpenFlags);
        }

        Assert.Equal(Enumerable.Range(0, Files), places);
        for (var i = Files - 1; i >= 0; i--)
        {
            Assert.Equal(places[i], table.Find(fds[i], holds: false));
            Assert.Equal(fds[i], table.At(places[i])->Fd);
        }

        table.Dispose();
        Close(fds);
    }

    [Theory, InlineData(EngineKind.Threads), InlineData(EngineKind.IoUring), InlineData(EngineKind.Simulated), Requirement("SUBMIT-2")]
    public void A_run_over_many_files_reads_each_from_its_own(EngineKind engine)
    {
        const int Files = 300;
        var fds = Open(Files);
        using var kernel = EmbeddedKernel.Create(new KernelOptions { Engine = engine });
        using var aio = Harness.Context(ringBytes: 65536, nrReqs: Files, kernel: kernel);
        var buffer = (int*)aio.Memory(Files * sizeof(int));
        var run = new Iocb2[Files];
        for (var i = 0; i < Files; i++)
        {
            run[i] = Harness.Read(fds[i], buffer + i, sizeof(int), 0, (ulong)i);
        }

        Assert.Equal(Files * Iocb2.SizeOf, aio.Submit(run));
        Assert.All(aio.Reap(Files), e => Assert.Equal(sizeof(int), e.Res));
        Assert.Equal(Enumerable.Range(0, Files), new ReadOnlySpan<int>(buffer, Files).ToArray());
        Close(fds);
    }

    // Memory files, each of which holds its number.
    private static int[] Open(int count)
    {
        var fds = new int[count];
        for (var i = 0; i < count; i++)
        {
            fds[i] = Libc.MemfdCreate("aio2-many", Libc.MFD_CLOEXEC);
            Assert.True(fds[i] >= 0);
            var number = i;
            Assert.Equal(sizeof(int), Libc.Pwrite(fds[i], &number, sizeof(int), 0));
        }

        return fds;
    }

    private static void Close(int[] fds) => Assert.All(fds, fd => Assert.Equal(0, Libc.Close(fd)));
}
