using System.Diagnostics;
using System.Globalization;
using AioV2.Abi;
using AioV2.Attributes.Pi;
using AioV2.Kernel.Devices;
using AioV2.Tests;

namespace AioV2.Kernel.Tests.Pi;

/// <summary>A writer that dies leaves intervals that read as they were, as they were to be, or as a mismatch; never
/// silently wrong (ATTR-8).</summary>
public sealed unsafe class CrashTests(ITestOutputHelper output)
{
    private const int Kills = 200, Files = 2;

    [Fact, Requirement("ATTR-8")]
    public void Two_hundred_killed_writers_leave_nothing_that_is_silently_wrong()
    {
        var torn = new int[Files];
        Parallel.For(0, Files, file => torn[file] = KillWriters(Kills / Files, seed: 8 + file));
        output.WriteLine($"{Kills} kills, {torn.Sum()} intervals reported as mismatches");
    }

    /// <remarks>What a kill may leave, by the order of the two writes: a prefix of the new data with the old records, or all of
    /// the new data with a prefix of the new records.</remarks>
    [Fact, Requirement("ATTR-8")]
    public void Every_point_between_the_two_writes_leaves_old_new_or_a_mismatch()
    {
        foreach (var guard in Enum.GetValues<PiGuard>())
        {
            var format = new PiFormat(PiType.Type1, guard);
            using var pi = new PiFile(format, 3);
            pi.Fill(1);
            byte[] oldData = File.ReadAllBytes(pi.Path), oldRecords = File.ReadAllBytes(pi.SidecarPath);
            pi.Fill(2);
            byte[] newData = File.ReadAllBytes(pi.Path), newRecords = File.ReadAllBytes(pi.SidecarPath);

            for (var bytes = 0; bytes <= newData.Length; bytes++)
            {
                File.WriteAllBytes(pi.Path, [.. newData[..bytes], .. oldData[bytes..]]);
                File.WriteAllBytes(pi.SidecarPath, oldRecords);
                ReadsOldNewOrMismatch(pi, oldData, newData);
            }

            for (var bytes = 4096; bytes <= newRecords.Length; bytes++)
            {
                File.WriteAllBytes(pi.SidecarPath, [.. newRecords[..bytes], .. oldRecords[bytes..]]);
                ReadsOldNewOrMismatch(pi, oldData, newData);
            }

            Assert.Equal(3 * 512, pi.Read(0, 3, PiFile.AllChecks, 7, 0).Res);
        }
    }

    private static void ReadsOldNewOrMismatch(PiFile pi, byte[] oldData, byte[] newData)
    {
        for (var i = 0; i < 3; i++)
        {
            var (res, _, answer) = pi.Read(i, 1, PiFile.AllChecks, 7, (ulong)i);
            if (res == -Errno.EILSEQ)
            {
                Assert.NotEqual(Aio2PiCheck.None, answer.Check);
                continue;
            }

            Assert.Equal(512, res);
            var read = pi.Data(1);
            Assert.True(read.SequenceEqual(oldData.AsSpan(i * 512, 512)) || read.SequenceEqual(newData.AsSpan(i * 512, 512)));
        }
    }

    // The intervals that were reported as mismatches.
    private static int KillWriters(int kills, int seed)
    {
        // More generations than a writer makes in one life.
        const uint Life = 1_000_000;
        using var pi = new PiFile(CrashChild.Format, CrashChild.Intervals);
        Restore(pi, Enumerable.Range(0, CrashChild.Intervals));
        var random = new Random(seed);
        var torn = 0;
        for (var first = 1u; first <= (uint)kills * Life; first += Life)
        {
            KillAWriter(pi.Path, first, random.Next(1, 16_000));

            var bad = Survey(pi, first + Life - 1, out var newest);
            Assert.True(newest >= first || bad.Count != 0, "the writer has left no trace");
            torn += bad.Count;
            Restore(pi, bad);
        }

        return torn;
    }

    private static void KillAWriter(string path, uint generation, int microseconds)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "AioV2.Kernel.Tests"))
        {
            Environment =
            {
                [CrashChild.FileVariable] = path,
                [CrashChild.GenerationVariable] = generation.ToString(CultureInfo.InvariantCulture),
                [CrashChild.LifeVariable] = microseconds.ToString(CultureInfo.InvariantCulture),
            },
        };
        using var child = Process.Start(start)!;
        Assert.True(child.WaitForExit(TimeSpan.FromSeconds(Harness.Patience)), "the writer is not killed");
        Assert.Equal(137, child.ExitCode);
    }

    // Every interval is read: those that mismatch; the newest generation among the rest, each of which must be whole.
    private static List<int> Survey(PiFile pi, long newestPossible, out long newest)
    {
        var bad = new List<int>();
        newest = 0;
        for (var i = 0; i < CrashChild.Intervals; i++)
        {
            var (res, _, answer) = pi.Read(i, 1, PiFile.AllChecks, 7, (ulong)i);
            if (res == -Errno.EILSEQ)
            {
                Assert.NotEqual(Aio2PiCheck.None, answer.Check);
                bad.Add(i);
                continue;
            }

            Assert.Equal(4096, res);
            var generation = CrashChild.GenerationOf(pi.Data(1), i);
            Assert.InRange(generation, 0, newestPossible);
            newest = Math.Max(newest, generation);
        }

        using var device = ProtectedDevice.Open(pi.Path);
        var scrubbed = new List<int>();
        _ = device.Scrub(interval => scrubbed.Add((int)interval.Interval));
        Assert.Equal(bad, scrubbed);
        return bad;
    }

    private static void Restore(PiFile pi, IEnumerable<int> intervals)
    {
        foreach (var i in intervals)
        {
            CrashChild.Stamp(pi.Data(1), i, 0);
            pi.Generate(1, (ulong)i, 7);
            Assert.Equal(4096, pi.Write(i, 1, PiFile.AllChecks, 7, (ulong)i).Res);
        }
    }
}
