using AioV2.Abi.Calls;
using AioV2.Conformance.Calls;
using AioV2.Conformance.Directed;
using AioV2.Conformance.Journal;
using AioV2.Conformance.World;
using Microsoft.Win32.SafeHandles;

namespace AioV2.Conformance.Run;

/// <summary>The child: makes the world and the implementation, then runs what the judge puts in the journal.</summary>
public static unsafe class ChildLoop
{
    internal const int RunSequences = 1;
    internal const int RunDirected = 2;

    /// <summary>Serves until the judge closes the pipe; never returns.</summary>
    /// <param name="journalPath">The journal's file.</param>
    /// <param name="commands">Descriptor that a byte comes from for each command.</param>
    /// <param name="replies">Descriptor that a byte goes to for each command done.</param>
    /// <param name="implementation">Makes the implementation under test.</param>
    public static int Run(string journalPath, int commands, int replies, Func<IAio2> implementation)
    {
        using var journal = JournalFile.Open(journalPath);
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
        int self = Libc.GetPid();
        var answers = new AnswerWriter(journal);
        var executor = new Executor(aio, world, journal, answers);
        byte word = 1;
        Libc.Write(replies, &word, 1);
        while (Libc.Read(commands, &word, 1) == 1)
        {
            if (journal.Command == RunSequences)
            {
                Sequences(journal, executor, answers, self);
            }
            else
            {
                world.Reset();
                DirectedRunner.RunInChild(journal, world, aio);
            }

            LeaveIfCopied(journal, self);
            Libc.Write(replies, &word, 1);
        }
    }

    private static void Sequences(JournalFile journal, Executor executor, AnswerWriter answers, int self)
    {
        answers.Clear();
        using var stream = new UnmanagedMemoryStream(journal.Plan, JournalFile.PlanBytes);
        using var reader = new BinaryReader(stream);
        int count = journal.Argument;
        journal.Done = 0;
        for (int i = 0; i < count && answers.HasRoom; i++)
        {
            int length = reader.ReadInt32();
            var steps = new Step[length];
            for (int s = 0; s < length; s++)
            {
                steps[s] = StepCodec.Read(reader);
            }

            executor.Run(i, steps);
            LeaveIfCopied(journal, self);
            journal.Done = i + 1;
            if (executor.Starved)
            {
                return;
            }
        }
    }

    private static void LeaveIfCopied(JournalFile journal, int self)
    {
        // A call that forked came back twice; the copy must not answer for the child.
        if (Libc.GetPid() != self)
        {
            journal.Forked = 1;
            Libc.Exit(ChildExit.ForkedCopy);
        }
    }
}
