using System.Buffers;
using System.Globalization;
using AioV2.Abi.Calls;
using AioV2.Conformance.Calls;
using AioV2.Conformance.Directed;
using AioV2.Conformance.Journal;
using AioV2.Conformance.Model;
using AioV2.Conformance.Parallel;
using AioV2.Conformance.World;
using Microsoft.Win32.SafeHandles;

namespace AioV2.Conformance.Run;

/// <summary>The child: makes the world and the implementation, then runs what the judge puts in the journal.</summary>
public static unsafe class ChildLoop
{
    internal const int RunSequences = 1;
    internal const int RunDirected = 2;
    internal const int RunRounds = 3;

    private const int CopyPatienceMs = 300;

    /// <summary>Serves until the judge closes the pipe; never returns.</summary>
    /// <param name="journalPath">The journal's file.</param>
    /// <param name="commands">Descriptor that a byte comes from for each command.</param>
    /// <param name="replies">Descriptor that a byte goes to for each command done.</param>
    /// <param name="implementation">Makes the implementation under test.</param>
    public static int Run(string journalPath, int commands, int replies, Func<IAio2> implementation)
    {
        using var journal = JournalFile.Open(journalPath);
        Rig.PatienceSeconds = journal.Patience > 0 ? journal.Patience : Rig.UsualPatienceSeconds;
        TestWorld world;
        IAio2 aio;
        try
        {
            world = new TestWorld();
            aio = implementation();
        }
#pragma warning disable CA1031 // Whatever a factory throws is what the judge has to tell.
        catch (Exception e)
#pragma warning restore CA1031
        {
            journal.Text = e.Message;
            return ChildExit.CouldNotRun;
        }

        Serve(journal, world, aio, commands, replies);
        (aio as IDisposable)?.Dispose();
        return 0;
    }

    private static void Serve(JournalFile journal, TestWorld world, IAio2 aio, int commands, int replies)
    {
        var answers = new AnswerWriter(journal);
        var executor = new Executor(aio, world, journal, answers);
        using var rounds = new RoundExecutor(aio, world, journal);
        byte word = 1;
        Libc.Write(replies, &word, 1);
        while (Libc.Read(commands, &word, 1) == 1)
        {
            if (journal.Command == RunSequences)
            {
                Sequences(journal, executor, answers);
            }
            else if (journal.Command == RunRounds)
            {
                Rounds(journal, rounds, aio);
            }
            else
            {
                world.Reset();
                DirectedRunner.RunInChild(journal, world, aio);
            }

            AwaitCopy(journal);
            Libc.Write(replies, &word, 1);
        }
    }

    // The plan is made from what is offered, as the judge does.
    private static void Rounds(JournalFile journal, RoundExecutor rounds, IAio2 aio)
    {
        ulong first = *(ulong*)journal.Plan;
        var limit = TimeSpan.FromMilliseconds(*(double*)(journal.Plan + 16));
        rounds.Run(Capabilities.Of(aio), first, journal.Argument, limit);
    }

    private static void Sequences(JournalFile journal, Executor executor, AnswerWriter answers)
    {
        answers.Clear();
        byte[] plan = ArrayPool<byte>.Shared.Rent(journal.PlanLength);
        new ReadOnlySpan<byte>(journal.Plan, journal.PlanLength).CopyTo(plan);
        using var reader = new BinaryReader(new MemoryStream(plan));
        int count = journal.Argument;
        journal.Done = 0;
        bool starved = false;
        for (int i = 0; i < count && answers.HasRoom && !starved; i++)
        {
            executor.Run(i, SequencePlan.Read(reader));
            journal.Done = i + 1;
            starved = executor.Starved;
        }

        ArrayPool<byte>.Shared.Return(plan);
    }

    // A call that forked comes back twice. The copy leaves at once (Executor), and says so; it may be slower than this.
    private static void AwaitCopy(JournalFile journal)
    {
        int status, pid = 0;
        for (int ms = 0; ms < CopyPatienceMs && Volatile.Read(ref journal.Forked) == 0 && (pid = Libc.WaitPid(-1, &status, Libc.WNoHang)) == 0; ms++)
        {
            Thread.Sleep(1);
        }

        if (pid < 0 && Volatile.Read(ref journal.Forked) == 0)
        {
            return;
        }

        // Whether it could say so or not: a copy of a runtime seldom gets far.
        journal.Forked = 1;
        foreach (string children in Directory.GetDirectories("/proc/self/task").Select(t => File.ReadAllText(Path.Combine(t, "children"))))
        {
            foreach (string copy in children.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                _ = Libc.Kill(int.Parse(copy, CultureInfo.InvariantCulture), Libc.SigKill);
            }
        }
    }
}
