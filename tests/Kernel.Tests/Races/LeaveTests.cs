using System.Diagnostics;
using AioV2.Abi.Ring;
using AioV2.Kernel.Linux;
using AioV2.Tests;

namespace AioV2.Kernel.Tests.Races;

/// <summary>exit and exec with requests in flight (io_setup2.md, <i>Not provided, and why</i>), at points that a seed chooses. On the
/// real engines, where chance chooses: <c>tests/native/leave.c</c> and <c>aio2 soak</c>.</summary>
public sealed unsafe class LeaveTests
{
    public static TheoryData<LeaveProgram.Way> Ways => [.. Enum.GetValues<LeaveProgram.Way>()];

    [Theory, MemberData(nameof(Ways)), Requirement("RING-6", "SETUP-8")]
    public void Who_leaves_has_done_what_the_schedule_did_until_then_and_nothing_more(LeaveProgram.Way way)
    {
        var inFlight = 0;
        for (var seed = 1; seed <= 10; seed++)
        {
            using World here = new(), there = new();
            using (var reference = new LeaveProgram(seed, here.Ring.Fd, here.File.Fd))
            {
                // Looked at before the reference is destroyed, which ends what is left.
                inFlight += reference.InFlight;
                here.Look();
            }

            Run(seed, way, there);
            there.Look();

            Assert.Equal(here.Events, there.Events);
            Assert.True(here.Content.AsSpan().SequenceEqual(there.Content), $"seed {seed}: the file is another");
            Assert.All(there.Events.Where(e => e.Res > 0), e => Assert.InRange(e.Res, 1, LeaveProgram.BlockBytes));
        }

        Assert.True(inFlight > 100, $"{inFlight} were in flight");
    }

    private static void Run(int seed, LeaveProgram.Way way, World world)
    {
        var (command, arguments) = LeaveProgram.Command(seed, way, world.Ring.Fd, world.File.Fd);
        var start = new ProcessStartInfo(command, arguments) { RedirectStandardError = true, RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(TimeSpan.FromSeconds(3 * Harness.Patience)))
        {
            process.Kill();
            Assert.Fail($"seed {seed}: the process does not end");
        }

        var expected = way switch { LeaveProgram.Way.Kill => 137, LeaveProgram.Way.Exec => LeaveProgram.CodeAfterExec, _ => 0 };
        Assert.True(process.ExitCode == expected, $"seed {seed}: exit code {process.ExitCode}\n{errors.Result}");
        if (way == LeaveProgram.Way.Exec)
        {
            // ls tells its own descriptors, which it has from sh, which has those that came through exec; then the threads of sh.
            var lines = output.Result.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal("1", lines[^1].Trim());
            Assert.All(lines, line => Assert.False(
                line.Contains("anon_inode", StringComparison.Ordinal) || line.Contains("memfd:", StringComparison.Ordinal) || line.Contains("scratch-", StringComparison.Ordinal),
                $"came through exec: {line}"));
            Assert.True(lines.Length > 3, output.Result);
        }
    }

    // What outlives the process: the ring's memory and the file.
    private sealed class World : IDisposable
    {
        private readonly byte* _map;

        public World()
        {
            Ring = new MemoryFile((long)RingLayout.For(LeaveProgram.RingBytes, Environment.SystemPageSize).MapBytes);
            _map = Ring.Map();
        }

        public MemoryFile Ring { get; }

        public ScratchFile File { get; } = new(content: ScratchFile.Pattern(LeaveProgram.Requests * LeaveProgram.BlockBytes));

        public List<(ulong UserData, long Res)> Events { get; private set; } = [];

        public byte[] Content { get; private set; } = [];

        public void Look()
        {
            Events = LeaveProgram.Events(_map, (ulong)Ring.Bytes);
            Content = System.IO.File.ReadAllBytes(File.Path);
        }

        public void Dispose()
        {
            _ = Libc.Munmap(_map, (nuint)Ring.Bytes);
            Ring.Dispose();
            File.Dispose();
        }
    }
}
