using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using AioV2.Kernel.Linux;
using AioV2.Tests;

namespace AioV2.Kernel.Tests.Checkpoint;

/// <summary>Requests go on in another process (LIST-1, SETUP-2, DESTROY-1).</summary>
public sealed unsafe class CheckpointTests
{
    [Theory, InlineData(EngineKind.Threads, EngineKind.IoUring), InlineData(EngineKind.IoUring, EngineKind.Threads)]
    [InlineData(EngineKind.Simulated, EngineKind.Simulated)]
    [Requirement("LIST-1", "SETUP-2", "DESTROY-1", "CANCEL-1")]
    public void Nothing_is_lost_and_no_read_is_done_twice(EngineKind before, EngineKind after)
    {
        var folder = Directory.CreateTempSubdirectory("aio2-checkpoint").FullName;
        var memory = Path.Combine(folder, "memory");
        File.WriteAllBytes(memory, new byte[4096]);
        var fifo = MakeFifo(Path.Combine(folder, "fifo"));
        Put(fifo, 0, CheckpointProgram.Reads - CheckpointProgram.Left);
        Run(isSave: true, folder, before);
        var image = File.ReadAllLines(Path.Combine(folder, "image"))[1..];
        Assert.Equal(CheckpointProgram.Left, image.Count(l => l.StartsWith("again", StringComparison.Ordinal)));

        Put(fifo, CheckpointProgram.Reads - CheckpointProgram.Left, CheckpointProgram.Left);
        Run(isSave: false, folder, after);

        // Every request has one result, and the numbers stand in the buffers, each once.
        var results = File.ReadAllLines(Path.Combine(folder, "image")).Select(l => l.Split(' ')).ToList();
        Assert.All(results, r => Assert.Equal(("done", "2"), (r[0], r[2])));
        Assert.Equal(Enumerable.Range(0, CheckpointProgram.Reads), results.Select(r => int.Parse(r[1], CultureInfo.InvariantCulture)).Order());
        var read = MemoryMarshal.Cast<byte, ushort>(File.ReadAllBytes(memory))[..CheckpointProgram.Reads].ToArray();
        Assert.Equal(Enumerable.Range(1, CheckpointProgram.Reads), read.Select(n => (int)n).Order());
        _ = Libc.Close(fifo);
        Directory.Delete(folder, recursive: true);
    }

    private static void Put(int fifo, int first, int count)
    {
        for (var i = first; i < first + count; i++)
        {
            var number = (ushort)(i + 1);
            Assert.Equal(2, Libc.Write(fifo, &number, 2));
        }
    }

    private static int MakeFifo(string path)
    {
        const int S_IFIFO = 0x1000, AT_FDCWD = -100;
        var text = Encoding.UTF8.GetBytes(path + "\0");
        fixed (byte* p = text)
        {
            var number = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 33 : 259;
            Assert.Equal(0, (int)Libc.Syscall(number, AT_FDCWD, (nint)p, S_IFIFO | 0x180, 0));
        }

        var fd = Libc.Open(path, Libc.O_RDWR | Libc.O_CLOEXEC);
        Assert.True(fd >= 0);
        return fd;
    }

    private static void Run(bool isSave, string folder, EngineKind engine)
    {
        var (command, arguments) = CheckpointEntry.Command(isSave, folder, engine);
        using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(TimeSpan.FromSeconds(3 * Harness.Patience)))
        {
            process.Kill();
            Assert.Fail($"{arguments[0]} did not end");
        }

        Assert.True(process.ExitCode == 0, errors.Result);
    }
}
