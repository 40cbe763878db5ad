using System.Diagnostics;
using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Tests;

namespace AioV2.Kernel.Tests.Rings;

/// <summary>What <c>io_setup2.md</c> prints as the reaper's loop is what is compiled here, and reaps a real ring (RING-4, RING-8).</summary>
public sealed unsafe class PrintedReaperTests
{
    private const int Events = 200_000;

    private static readonly Lazy<nint> Compiled = new(Compile);

    [Fact, Requirement("RING-8")]
    public void The_loop_in_CSharp_is_the_one_that_is_compiled_here()
    {
        var source = File.ReadAllLines(Path.Combine(Root(), "tests/Kernel.Tests/Rings/PrintedReaper.cs"));
        var first = Array.FindIndex(source, line => line.Contains("// Returns the bytes", StringComparison.Ordinal));
        var loop = source[first..^1].Select(line => line.Length == 0 ? line : line[4..]);

        Assert.Equal(loop, Printed("csharp"));
    }

    [Theory, InlineData(true), InlineData(false), Requirement("RING-4", "RING-8", "RING-6", "GET-5")]
    public void Each_event_reaches_one_reaper_and_the_call_and_in_order(bool inC)
    {
        // A ring smaller than what is in flight, and records of two sizes: pads, overflow and drains have their part.
        using var aio = Harness.Context(nrReqs: 400);
        var taken = new List<ulong>[] { [], [], [] };
        var count = 0;
        Exception? failure = null;
        var threads = taken.Select((mine, n) => new Thread(() =>
        {
            try
            {
                while (Volatile.Read(ref count) < Events && failure is null)
                {
                    var got = n == 2 ? Call(aio, mine) : One(aio, mine, inC);
                    _ = Interlocked.Add(ref count, got);
                }
            }
            catch (Exception e)
            {
                failure = e;
            }
        })).ToList();
        threads.ForEach(t => t.Start());
        Submit(aio, () => failure is not null);
        threads.ForEach(t => Assert.True(t.Join(TimeSpan.FromSeconds(2 * Harness.Patience)), $"{count} of {Events} events came; {failure}"));

        Assert.True(failure is null, failure?.ToString());
        Assert.Equal(Enumerable.Range(0, Events).Select(i => (ulong)i), taken.SelectMany(l => l).Order());
        Assert.All(taken, mine => Assert.Equal(mine.Order(), mine));
        Assert.True(taken[0].Count + taken[1].Count > 0, "the loops took nothing");
        Span<byte> none = stackalloc byte[64];
        Assert.Equal(0, Reap(aio, none, inC));
    }

    [Theory, InlineData(true), InlineData(false), Requirement("RING-8")]
    public void It_says_when_to_call_instead(bool inC)
    {
        using var aio = Harness.Context(nrReqs: 400);
        Span<byte> buffer = stackalloc byte[4096];
        Assert.Equal(0, Reap(aio, buffer, inC));
        aio.Submit([.. Enumerable.Range(0, 200).Select(i => Harness.Nop((ulong)i))]);

        // Too little room; then all that the ring holds; then what the list holds, by the call.
        Assert.Equal(-1, Reap(aio, buffer[..16], inC));
        for (var i = 0; i < 4096 / 24; i++)
        {
            Assert.Equal(24, Reap(aio, buffer, inC));
            Assert.Equal((ulong)i, MemoryMarshal.Read<IoEvent2>(buffer).UserData);
        }

        Assert.Equal(-1, Reap(aio, buffer, inC));
        Assert.Equal(200 - (4096 / 24), aio.Reap(200 - (4096 / 24)).Count);
        Assert.Equal(0, Reap(aio, buffer, inC));
    }

    private static long Reap(Harness aio, Span<byte> to, bool inC)
    {
        var data = (byte*)(aio.Params.RingAddr + aio.Params.DataOffset);
        if (!inC)
        {
            return PrintedReaper.Reap(aio.User, aio.Header, data, aio.Params.RingBytes, to);
        }

        fixed (byte* p = to)
        {
            return ((delegate* unmanaged<Aio2RingUser*, Aio2Ring*, byte*, ulong, byte*, nuint, nint>)Compiled.Value)(
                aio.User, aio.Header, data, aio.Params.RingBytes, p, (nuint)to.Length);
        }
    }

    private static int One(Harness aio, List<ulong> mine, bool inC)
    {
        Span<byte> buffer = stackalloc byte[256];
        var said = Reap(aio, buffer, inC);
        if (said > 0)
        {
            mine.Add(Assert.Single(Event.Split(buffer[..(int)said])).UserData);
            return 1;
        }

        Assert.True(said is 0 or -1, $"the loop said {said}");

        // Without room: drains the list into the ring.
        Assert.True(said == 0 || aio.Poll([]) == 0);
        _ = Thread.Yield();
        return 0;
    }

    private static int Call(Harness aio, List<ulong> mine)
    {
        Span<byte> buffer = stackalloc byte[300];
        var got = aio.Poll(buffer);
        Assert.True(got >= 0, $"io_getevents2 said {got}");
        var events = Event.Split(buffer[..(int)got]);
        mine.AddRange(events.Select(e => e.UserData));
        _ = Thread.Yield();
        return events.Count;
    }

    private static void Submit(Harness aio, Func<bool> isOver)
    {
        var deadline = Environment.TickCount64 + (2 * Harness.Patience * 1000);
        for (var next = 0; next < Events && !isOver();)
        {
            var large = Record.Nop((ulong)next).Attribute(Aio2AttrType.Timing).Bytes;
            var run = next % 3 == 0 ? large : Record.Nop((ulong)next).Bytes;
            var said = aio.Submit(run);
            Assert.True(said == run.Length || said == -Errno.EAGAIN, $"io_submit2 said {said}");
            next += said > 0 ? 1 : 0;
            _ = said > 0 || Thread.Yield();
            Assert.True(Environment.TickCount64 < deadline, $"{next} of {Events} were submitted");
        }
    }

    private static string[] Printed(string language)
    {
        var section = File.ReadAllText(Path.Combine(Root(), "io_setup2.md")).Split("\n## The reaper's loop")[1];
        return section.Split($"\n```{language}\n")[1].Split("\n```\n")[0].Split('\n');
    }

    // As a program would that has taken the loop from the page.
    private static nint Compile()
    {
        var folder = Directory.CreateDirectory(Path.Combine(Root(), "artifacts", "c")).FullName;
        var source = Path.Combine(folder, $"printed_reaper.{Environment.ProcessId}.c");
        var output = Path.ChangeExtension(source, ".so");
        File.WriteAllText(source, "#include <string.h>\n#include <linux/aio2_abi.h>\n\n"
            + "long reap(struct aio2_ring_user *, const struct aio2_ring *, const char *, __u64, void *, size_t);\n\n"
            + string.Join('\n', Printed("c")) + "\n");
        string[] arguments =
        [
            "-O2", "-std=gnu11", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Wcast-qual", "-Wmissing-prototypes", "-pedantic", "-Werror",
            "-shared", "-fPIC", "-I", Path.Combine(Root(), "Spec", "include"), source, "-o", output,
        ];
        using var compiler = Process.Start(new ProcessStartInfo("gcc", arguments) { RedirectStandardError = true })!;
        var errors = compiler.StandardError.ReadToEnd();
        compiler.WaitForExit();
        Assert.True(compiler.ExitCode == 0, errors);
        var library = NativeLibrary.Load(output);
        File.Delete(source);
        File.Delete(output);
        return NativeLibrary.GetExport(library, "reap");
    }

    private static string Root()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "AioV2.sln")))
        {
            root = root.Parent ?? throw new InvalidOperationException("AioV2.sln is in no folder above the tests");
        }

        return root.FullName;
    }
}
