using System.Diagnostics;
using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Kernel.Linux;
using AioV2.Tests;

namespace AioV2.Kernel.Tests.Engines;

/// <summary>Where a write meets an end: of the file's limit, of the disk, of the file itself. The same on every engine.</summary>
[Collection(nameof(Alone))]
public sealed unsafe partial class TransferRuleTests
{
    private const int FileSizeLimit = 1;

    public static TheoryData<EngineUnderTest> Engines => EngineBench.All;

    [Theory, MemberData(nameof(Engines)), Requirement("SUBMIT-4")]
    public void With_O_APPEND_a_write_goes_to_the_end_whatever_its_offset(EngineUnderTest engine)
    {
        using var bench = new EngineBench(engine);
        using var file = new ScratchFile(Libc.O_RDWR | Libc.O_APPEND, "head"u8.ToArray());
        var data = bench.Aio.Memory(4);
        "tail"u8.CopyTo(new Span<byte>(data, 4));
        foreach (var offset in new[] { 0L, 2, 4096 })
        {
            Assert.Equal(Iocb2.SizeOf, bench.Aio.Submit(Harness.Write(file.Fd, data, 4, offset)));
            Assert.Equal(4, bench.Aio.ReapOne().Res);
        }

        Assert.Equal("headtailtailtail"u8.ToArray(), File.ReadAllBytes(file.Path));

        // Reads go where they are told.
        Assert.Equal(Iocb2.SizeOf, bench.Aio.Submit(Harness.Read(file.Fd, data, 4, 2)));
        Assert.Equal(4, bench.Aio.ReapOne().Res);
        Assert.Equal("adta"u8.ToArray(), new ReadOnlySpan<byte>(data, 4).ToArray());
    }

    [Theory, MemberData(nameof(Engines)), Requirement("SUBMIT-4")]
    public void A_write_across_RLIMIT_FSIZE_is_short_and_the_next_is_EFBIG(EngineUnderTest engine)
    {
        using var bench = new EngineBench(engine);
        using var file = new ScratchFile();
        var data = bench.Aio.Memory(8192);

        // Sent beside the error to whichever thread meets the limit, as by write(2): a program with a limit takes care of it.
        const int FileSizeSignal = 25, Ignore = 1;
        var handler = signal(FileSizeSignal, Ignore);
        var was = stackalloc ulong[2];
        Assert.Equal(0, Limit(null, was));
        var limit = stackalloc ulong[2] { 10_000, was[1] };
        Assert.Equal(0, Limit(limit, null));
        try
        {
            Assert.Equal(Iocb2.SizeOf, bench.Aio.Submit(Harness.Write(file.Fd, data, 8192, 4096)));
            Assert.Equal(10_000 - 4096, bench.Aio.ReapOne().Res);
            Assert.Equal(Iocb2.SizeOf, bench.Aio.Submit(Harness.Write(file.Fd, data, 1, 10_000)));
            Assert.Equal(-Errno.EFBIG, bench.Aio.ReapOne().Res);
        }
        finally
        {
            Assert.Equal(0, Limit(was, null));
            _ = signal(FileSizeSignal, handler);
        }

        Assert.Equal(10_000, new FileInfo(file.Path).Length);
    }

    [Theory, MemberData(nameof(Engines)), Requirement("SUBMIT-4")]
    public void A_write_that_fills_the_disk_is_short_and_the_next_is_ENOSPC(EngineUnderTest engine)
    {
        using var bench = new EngineBench(engine);
        var mount = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, $"disk-{Guid.NewGuid():N}")).FullName;
        Run("mount", "-t", "tmpfs", "-o", "size=64k", "aio2-small", mount);
        try
        {
            var fd = Libc.Open(Path.Combine(mount, "file"), Libc.O_RDWR | Libc.O_CREAT | Libc.O_CLOEXEC, 0x180);
            Assert.True(fd >= 0);
            const int Bytes = 100_000;
            var data = bench.Aio.Memory(Bytes);
            new Span<byte>(data, Bytes).Fill(0x5a);
            Assert.Equal(Iocb2.SizeOf, bench.Aio.Submit(Harness.Write(fd, data, Bytes, 0)));
            Assert.Equal(65_536, bench.Aio.ReapOne().Res);
            Assert.Equal(Iocb2.SizeOf, bench.Aio.Submit(Harness.Write(fd, data, 1, 65_536)));
            Assert.Equal(-Errno.ENOSPC, bench.Aio.ReapOne().Res);

            // What was written stays, and can be written over.
            Assert.Equal(Iocb2.SizeOf, bench.Aio.Submit(Harness.Write(fd, data, 4096, 61_440)));
            Assert.Equal(4096, bench.Aio.ReapOne().Res);
            _ = Libc.Close(fd);
        }
        finally
        {
            // Lazily: the kernel lets go of a request's file behind its event, and until then the disk is busy.
            Run("umount", "--lazy", mount);
            Directory.Delete(mount);
        }
    }

    [Theory, MemberData(nameof(Engines)), Requirement("SUBMIT-7")]
    public void A_sync_does_not_wait_for_writes_in_flight(EngineUnderTest engine)
    {
        using var bench = new EngineBench(engine);
        using var file = new ScratchFile();
        using var pipe = new Pipe();

        // The pipe's read is in flight for as long as the test wants; nothing is ordered against it, a sync least of all.
        Assert.Equal(2 * Iocb2.SizeOf, bench.Aio.Submit(
            Harness.Read(pipe.ReadEnd, bench.Aio.Memory(8), 8, -1, 1),
            new Iocb2 { Bytes = Iocb2.SizeOf, Opcode = Aio2Op.Fsync, Fd = file.Fd, UserData = 2 }));
        var synced = bench.Aio.ReapOne();
        Assert.Equal((2ul, 0L), (synced.UserData, synced.Res));
        pipe.Put();
        Assert.Equal(1ul, bench.Aio.ReapOne().UserData);
    }

    [Theory, MemberData(nameof(Engines)), Requirement("SUBMIT-4")]
    public void A_read_across_the_end_is_short_and_one_behind_it_is_nothing(EngineUnderTest engine)
    {
        using var bench = new EngineBench(engine);
        using var file = new ScratchFile(content: ScratchFile.Pattern(5000));
        var data = bench.Aio.Memory(8192);
        foreach (var (offset, wanted) in new[] { (4000, 1000), (4999, 1), (5000, 0), (9000, 0) })
        {
            Assert.Equal(Iocb2.SizeOf, bench.Aio.Submit(Harness.Read(file.Fd, data, 8192, offset)));
            Assert.Equal(wanted, bench.Aio.ReapOne().Res);
        }
    }

    private static int Limit(ulong* wanted, ulong* was) =>
        (int)Libc.Syscall(RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 261 : 302, 0, FileSizeLimit, (nint)wanted, (nint)was);

    [LibraryImport("libc")]
    private static partial nint signal(int number, nint handler);

    private static void Run(string command, params string[] arguments)
    {
        using var process = Process.Start(command, arguments);
        Assert.True(process.WaitForExit(20_000), $"{command} does not end");
        Assert.True(process.ExitCode == 0, $"{command} needs root, or failed");
    }
}
