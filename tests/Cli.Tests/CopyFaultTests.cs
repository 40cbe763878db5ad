using AioV2.Abi;
using AioV2.Cli.Copy;
using AioV2.Cli.Posix;
using AioV2.Tests;
using FsCheck;
using FsCheck.Fluent;

namespace AioV2.Cli.Tests;

/// <summary>Whatever happens in the middle: all of the copy, or nothing.</summary>
public sealed class CopyFaultTests
{
    [Fact, Requirement("RING-6", "DESTROY-1")]
    public void Stopped_at_any_submission_a_copy_leaves_nothing()
    {
        using var folder = new TestFolder();
        MakeTree(folder);
        int most;
        using (var kernel = new FaultyKernel())
        {
            Job(kernel, folder, "whole").Run(CancellationToken.None);
            most = kernel.Submits;
        }

        CopyTreeTests.AssertSameTree(PosixPath.Of(folder["tree"]), PosixPath.Of(folder["whole"]));
        for (var at = 1; at <= most; at++)
        {
            using var stop = new CancellationTokenSource();
            using var kernel = new FaultyKernel(n => { if (n == at) { stop.Cancel(); } });
            Assert.ThrowsAny<OperationCanceledException>(() => Job(kernel, folder, "copy").Run(stop.Token));
            Assert.Equal(["tree", "whole"], folder.Names());
        }
    }

    [Theory]
    [InlineData(Aio2Op.Pread, "cannot read")]
    [InlineData(Aio2Op.Pwrite, "cannot write")]
    [InlineData(Aio2Op.Fsync, "cannot sync")]
    public void A_request_that_fails_is_named_and_leaves_nothing(int opcode, string words)
    {
        using var folder = new TestFolder();
        MakeTree(folder);
        using var full = File.OpenHandle("/dev/full", FileMode.Open, FileAccess.ReadWrite);
        using var pipe = new System.IO.Pipes.AnonymousPipeServerStream(System.IO.Pipes.PipeDirection.Out);
        var fd = opcode == Aio2Op.Pwrite ? (int)full.DangerousGetHandle() : (int)pipe.SafePipeHandle.DangerousGetHandle();
        var source = Files.OpenDirectory(PosixPath.Of(folder.Path));
        using var kernel = new FaultyKernel(rewrite: iocb =>
            iocb.Opcode == opcode ? iocb with { Fd = opcode == Aio2Op.Pread ? source : fd } : iocb);
        var error = Assert.Throws<CliException>(() => Job(kernel, folder, "copy").Run(CancellationToken.None));
        Files.CloseQuietly(source);
        Assert.StartsWith(words, error.Message, StringComparison.Ordinal);
        Assert.Equal(["tree"], folder.Names());
    }

    [Fact]
    public void Short_reads_and_writes_are_continued_and_verified()
    {
        var cases = (from cut in Gen.Choose(1, 5000) from depth in Gen.Choose(1, 5) from bytes in Gen.Choose(0, 60_000) select (cut, depth, bytes)).ToArbitrary();
        Prop.ForAll(cases, c =>
        {
            using var folder = new TestFolder();
            folder.File("tree", c.bytes, c.cut);
            using var kernel = new FaultyKernel(rewrite: iocb => iocb.Opcode is Aio2Op.Pread or Aio2Op.Pwrite && iocb.UserData % 2 == 0
                ? iocb with { Len = Math.Min(iocb.Len, (ulong)c.cut) } : iocb);
            var job = Job(kernel, folder, "copy", c.depth, block: 16384);
            var report = job.Run(CancellationToken.None);
            Assert.Equal(0, report.Lost);
            Assert.Equal(c.bytes, job.Totals.BytesWritten);
            Assert.Equal(File.ReadAllBytes(folder["tree"]), File.ReadAllBytes(folder["copy"]));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(25));
    }

    [Fact, Requirement("ATTR-7")]
    public void A_block_written_other_than_it_was_read_is_found_by_its_checksum()
    {
        using var folder = new TestFolder();
        folder.File("tree", 100_000);
        using var kernel = new FaultyKernel(rewrite: iocb =>
        {
            if (iocb.Opcode == Aio2Op.Pwrite)
            {
                unsafe
                {
                    ((byte*)iocb.Addr)[5] ^= 1;
                }
            }

            return iocb;
        });
        var error = Assert.Throws<CliException>(() => Job(kernel, folder, "copy").Run(CancellationToken.None));
        Assert.Contains("checksum", error.Message, StringComparison.Ordinal);
        Assert.Equal(["tree"], folder.Names());
    }

    [Fact]
    public void A_source_that_is_cut_meanwhile_gives_a_copy_of_what_was_left()
    {
        using var folder = new TestFolder();
        var source = folder.File("tree", 300_000);
        using var kernel = new FaultyKernel(n =>
        {
            if (n == 1)
            {
                using var file = File.OpenHandle(source, FileMode.Open, FileAccess.Write);
                RandomAccess.SetLength(file, 1000);
            }
        });
        Job(kernel, folder, "copy", depth: 4, block: 65536).Run(CancellationToken.None);
        Assert.Equal(File.ReadAllBytes(source), File.ReadAllBytes(folder["copy"]));
    }

    private static void MakeTree(TestFolder folder)
    {
        folder.File("tree/a", 200_000);
        folder.File("tree/b/c", 10);
        folder.File("tree/empty", 0);
    }

    private static CopyJob Job(FaultyKernel kernel, TestFolder folder, string target, int depth = 2, int block = 65536) =>
        new(kernel, new CopyOptions(folder["tree"], folder[target], depth, block, CopyAttributes.Parse("timing,checksum", out _)!));
}
