using System.Globalization;
using System.Text;
using AioV2.Abi;
using AioV2.Abi.Ring;
using AioV2.Kernel.Engines.Simulated;
using AioV2.Kernel.Linux;

namespace AioV2.Kernel.Tests.Races;

/// <summary>One schedule, chosen by a number: the requests, their faults and completions, and when the racing calls fall between
/// them. The engine is driven, so that nothing ends but by a step or a cancel of the schedule; the same number gives the same
/// <see cref="Trace"/>.</summary>
internal sealed unsafe class SeededRace : IDisposable
{
    /// <summary>Bytes that a request moves at most.</summary>
    public const int MostBytes = 256;

    private const uint Slots = 48;

    private const int FileBytes = 16384;

    private readonly ScratchFile _file = new(content: ScratchFile.Pattern(FileBytes));
    private readonly Dictionary<ulong, Entry> _entries = [];
    private readonly StringBuilder _trace = new();
    private readonly byte* _data;
    private ulong _next = 1;
    private RingReaper? _reaper;

    /// <summary>A context of its own kernel; the law that <see cref="Finish"/> checks is RING-6, RING-9, CANCEL-1.</summary>
    public SeededRace(int seed, uint flags = Aio2Setup.UserReap, int eventFd = 0, uint slots = Slots, long delayMax = 5000)
    {
        Dice = new Random(seed);
        Kernel = EmbeddedKernel.Create(new KernelOptions
        {
            Engine = EngineKind.Simulated,
            Simulation = new SimulationOptions
            {
                Seed = (ulong)seed, Driven = true, ShortTransfers = 0.2, InputOutputErrors = 0.05, Interruptions = 0.1, DelayMax = delayMax,
            },
        });
        Aio = Harness.Context(nrReqs: slots, flags: flags, eventFd: eventFd, kernel: Kernel);
        _data = Aio.Memory((int)slots * MostBytes);
    }

    public Random Dice { get; }

    public EmbeddedKernel Kernel { get; }

    public Harness Aio { get; }

    public Pipe Pipe { get; } = new();

    /// <summary>All that was done and what came of it.</summary>
    public string Trace => _trace.ToString();

    /// <summary>Requests accepted whose final event has not been reaped.</summary>
    public int Owed => _entries.Values.Count(e => e.Result is null);

    /// <summary>Results, by user_data.</summary>
    public IEnumerable<(ulong UserData, long Res)> Results => _entries.Where(e => e.Value.Result is not null).Select(e => (e.Key, e.Value.Result!.Value));

    /// <summary>The final events, in the order in which they were reaped.</summary>
    public List<Event> Events { get; } = [];

    public Simulation Simulation => Kernel.Simulation!;

    /// <summary>The buffers of all requests.</summary>
    public ReadOnlySpan<byte> Memory => new(_data, (int)Aio.Params.NrReqs * MostBytes);

    /// <summary>Offers a few requests: reads and writes of a file, and reads of a pipe that nobody may ever feed.</summary>
    /// <param name="deadline">What each has as its DEADLINE; null: none.</param>
    /// <returns>What io_submit2 said.</returns>
    public long Submit(int atMost = 8, Func<ulong>? deadline = null)
    {
        var run = new List<byte>();
        var offered = new List<(ulong UserData, Entry Entry)>();
        for (var count = 1 + Dice.Next(atMost); count > 0; count--)
        {
            var userData = _next++;
            var iocb = Draw(userData);
            var record = Record.Of(iocb);
            var at = deadline?.Invoke() ?? 0;
            if (at != 0)
            {
                _ = record.Payload(Aio2AttrType.Deadline, new Aio2AttrDeadline { Ns = at });
            }

            run.AddRange(record.Bytes);
            offered.Add((userData, new Entry { Iocb = iocb, Deadline = at }));
        }

        var result = Aio.Submit(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(run));
        var each = run.Count / offered.Count;
        foreach (var (userData, entry) in offered.Take((int)Math.Max(0, result) / each))
        {
            _entries.Add(userData, entry);
        }

        Note($"submit {offered[0].UserData}+{offered.Count}: {result}");
        return result;
    }

    /// <summary>Lets the engine make a few steps.</summary>
    public int Step(int atMost = 4)
    {
        var steps = 0;
        for (var count = 1 + Dice.Next(atMost); count > 0 && Simulation.Step(); count--)
        {
            steps++;
        }

        Note($"steps {steps}");
        return steps;
    }

    /// <summary>Data for those that wait on the pipe.</summary>
    public void Feed() => Pipe.Put(1 + Dice.Next(2 * MostBytes));

    /// <summary>Tells one request, often one that is in flight, to cancel: what io_cancel2 said.</summary>
    public long CancelOne()
    {
        var userData = _next == 1 ? 1 : (ulong)Dice.NextInt64((long)Math.Max(1, _next - 40), (long)_next);
        var result = Aio.Kernel.Cancel(Aio.Ctx, userData, 0);
        Assert.True(result is 1 or -Errno.ENOENT, $"io_cancel2 said {result}");
        if (result == 1)
        {
            Assert.True(_entries[userData].Told == 0 && _entries[userData].Result is null, $"{userData} was decided, and yet told to cancel");
            _entries[userData].Told++;
        }

        AwaitCancelled();
        Note($"cancel {userData}: {result}");
        return result;
    }

    /// <summary>Tells all that wait on the pipe, or all on the file.</summary>
    public void CancelByDescriptor()
    {
        var fd = Dice.Next(2) == 0 ? Pipe.ReadEnd : _file.Fd;
        var result = Aio.Kernel.Cancel(Aio.Ctx, (ulong)fd, Aio2Cancel.All | Aio2Cancel.Fd);
        Assert.True(result is > 0 or -Errno.ENOENT, $"io_cancel2 said {result}");
        foreach (var entry in _entries.Values.Where(e => e.Iocb.Fd == fd && e.Result is null))
        {
            entry.Told++;
        }

        AwaitCancelled();
        Note($"cancel {(fd == _file.Fd ? "file" : "pipe")}: {result}");
    }

    /// <summary>The deadlines' interrupt: the clock of the schedule is the simulated one.</summary>
    public void Expire()
    {
        var next = Kernel.ContextOf(Aio.Ctx).Expire(Simulation.Now);
        Assert.True(next > Simulation.Now, "a deadline was left that has passed");
        AwaitCancelled();
        Note($"expire at {Simulation.Log.Steps.Count}");
    }

    /// <summary>Reaps by the call, without waiting: bytes, or what it said.</summary>
    public long ReapByCall(int bytes = 4096)
    {
        var buffer = new byte[bytes];
        var got = Aio.Poll(buffer);
        Take(buffer, got);
        Note($"reap {got}");
        return got;
    }

    /// <summary>Reaps one event from the ring, following its moves: what the reaper said.</summary>
    public RingStatus ReapByRing()
    {
        _reaper ??= Aio.Reaper();
        var buffer = new byte[Aio2.EventMax];
        var status = _reaper.TryRead(buffer, out var bytes);
        if (status == RingStatus.Event)
        {
            Take(buffer, bytes);
        }
        else if (status == RingStatus.EnterKernel && (_reaper.Flags & Aio2RingFlags.Moved) != 0)
        {
            _reaper = Aio.GetRing().Reaper();
        }

        Note($"ring {status}");
        return status;
    }

    /// <summary>Ends what is left and checks the law: each request accepted has given one final event with a result that its
    /// history allows, nothing else came, and every slot is back.</summary>
    public void Finish()
    {
        _ = Kernel.Cancel(Aio.Ctx, (ulong)Pipe.ReadEnd, Aio2Cancel.All | Aio2Cancel.Fd);
        foreach (var entry in _entries.Values.Where(e => e.Iocb.Fd == Pipe.ReadEnd && e.Result is null))
        {
            entry.Told++;
        }

        _ = Simulation.RunUntilIdle();
        AwaitCancelled();
        while (ReapByCall() > 0)
        {
        }

        Assert.True(Owed == 0, $"{Owed} requests gave no event\n{Trace}");
        Assert.Equal(0, Simulation.Unfinished);
        TakeAllSlots();
    }

    /// <summary>Waits until those that were told to cancel have given their events: by a thread, the one part of the
    /// driven engine that is not a step.</summary>
    public void AwaitCancelled() => Assert.True(
        SpinWait.SpinUntil(() => Listed(Aio2RequestState.Running) == Simulation.Unfinished, TimeSpan.FromSeconds(Harness.Patience)),
        $"cancelled requests give no event\n{Trace}");

    public void Note(string what) => _trace.AppendLine(what);

    public void Dispose()
    {
        Aio.Dispose();
        Kernel.Dispose();
        Pipe.Dispose();
        _file.Dispose();
    }

    private Iocb2 Draw(ulong userData)
    {
        var bytes = 1 + Dice.Next(MostBytes);
        var to = _data + ((int)(userData % Aio.Params.NrReqs) * MostBytes);
        return Dice.Next(3) switch
        {
            0 => Harness.Read(Pipe.ReadEnd, to, (ulong)bytes, -1, userData),
            1 => Harness.Read(_file.Fd, to, (ulong)bytes, Dice.Next(FileBytes - MostBytes), userData),
            _ => Harness.Write(_file.Fd, to, (ulong)bytes, Dice.Next(FileBytes - MostBytes), userData),
        };
    }

    private int Listed(ushort state)
    {
        var buffer = stackalloc byte[4096];
        ulong cursor = 0;
        var count = 0;
        do
        {
            var got = Kernel.List(Aio.Ctx, &cursor, buffer, 4096);
            Assert.True(got >= 0, $"io_list2 said {got}");
            for (var at = 0; at < got; at += (int)((Aio2Request*)(buffer + at))->Bytes)
            {
                count += ((Aio2Request*)(buffer + at))->State == state ? 1 : 0;
            }
        }
        while (cursor != 0);
        return count;
    }

    private void Take(byte[] buffer, long bytes)
    {
        Assert.True(bytes >= 0, $"reaping said {bytes}\n{Trace}");
        foreach (var e in Event.Split(buffer.AsSpan(0, (int)bytes)))
        {
            Assert.True(_entries.TryGetValue(e.UserData, out var entry), $"{e.UserData} was never accepted\n{Trace}");
            Assert.True(entry.Result is null, $"{e.UserData} gave two final events\n{Trace}");
            Assert.True(entry.Allows(e.Res), $"{e.UserData} may not end with {e.Res}\n{Trace}");
            entry.Result = e.Res;
            Events.Add(e);
            Note(string.Create(CultureInfo.InvariantCulture, $"  event {e.UserData}: {e.Res}"));
        }
    }

    // Reads that nobody feeds take every slot there is, and not one more.
    private void TakeAllSlots()
    {
        var slots = (int)Aio.Params.NrReqs;
        var run = Enumerable.Range(0, slots + 1).Select(_ => Harness.Read(Pipe.ReadEnd, _data, 1, -1)).ToArray();
        using var silent = new Pipe();
        Assert.All(Enumerable.Range(0, run.Length), i => run[i].Fd = silent.ReadEnd);
        Assert.Equal(slots * Iocb2.SizeOf, Aio.Submit(run));
        Assert.Equal(-Errno.EAGAIN, Aio.Submit(run[0]));
    }

    private sealed class Entry
    {
        public Iocb2 Iocb { get; init; }

        public ulong Deadline { get; init; }

        /// <summary>Times that it was among those told to cancel.</summary>
        public int Told { get; set; }

        public long? Result { get; set; }

        public bool Allows(long result) =>
            (result > 0 && result <= (long)Iocb.Len)
            || result == -Errno.EIO
            || (result == -Errno.ECANCELED && Told != 0)
            || (result == -Errno.ETIME && Deadline != 0);
    }
}
