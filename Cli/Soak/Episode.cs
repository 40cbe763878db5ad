using AioV2.Abi;
using AioV2.Abi.Calls;

namespace AioV2.Cli.Soak;

/// <summary>One context from set-up to destroy, with all who use and attack it.</summary>
internal sealed unsafe class Episode
{
    private readonly Lock[] _hands = [new(), new()];
    private readonly List<(ulong Address, ulong Bytes)> _replaced = [];
    private readonly EpisodeEnd _end;
    private readonly Action<WayOut>? _leave;
    private bool _isDestroyed;
    private int _isLeaving;

    // leave: ends the process, or null where it must stay.
    public Episode(SoakJournal journal, IAio2 aio, Arena arena, SoakFiles files, Ledger ledger, ulong seed, long number, TimeSpan patience, Action<WayOut>? leave = null)
    {
        _leave = leave;
        (Journal, Aio, Arena, Files, Ledger, Seed, Number) = (journal, aio, arena, files, ledger, seed, number);
        Plan = EpisodePlan.Of(seed, number);
        Draw = new IocbDraw(arena);
        _end = new EpisodeEnd(this, patience);
    }

    public SoakJournal Journal { get; }

    public IAio2 Aio { get; }

    public Arena Arena { get; }

    public SoakFiles Files { get; }

    public Ledger Ledger { get; }

    public ulong Seed { get; }

    public long Number { get; }

    public EpisodePlan Plan { get; }

    public IocbDraw Draw { get; }

    public SoakRing Ring { get; } = new();

    public uint Ctx { get; private set; }

    /// <summary>Whether the callers are through.</summary>
    public bool IsOver { get; private set; }

    public bool HasFailed => Journal.Finding.Length != 0;

    public bool IsDestroyed => Volatile.Read(ref _isDestroyed);

    /// <summary>Held by whoever writes a caller's iocbs, or takes the right to write them.</summary>
    public Lock Hand(int caller) => _hands[caller];

    /// <summary>Notes a finding; null is none.</summary>
    public void Fail(string? finding)
    {
        if (finding is not null)
        {
            Journal.Report(finding);
        }
    }

    public void Accepted(int count) => Interlocked.Add(ref Journal.Count(SoakCount.Accepted), count);

    public void WasDestroyed()
    {
        _ = Interlocked.Increment(ref Journal.Count(SoakCount.DestroyedInUse));
        Volatile.Write(ref _isDestroyed, true);
    }

    /// <summary>Ends the process with all that is in flight, where this is planned and there is one to end.</summary>
    public void Leave()
    {
        if (Plan.Leaves != WayOut.None && !HasFailed && Interlocked.Exchange(ref _isLeaving, 1) == 0)
        {
            _leave?.Invoke(Plan.Leaves);
        }
    }

    /// <summary>Memory of the user's that stands where the ring's view was: it must stay as it is.</summary>
    public void Replaced(byte* at, nuint bytes) => _replaced.Add(((ulong)at, bytes));

    /// <summary>A run of events came. Who scribbles over head or iocbs has no claim to sense in them.</summary>
    public void Took(ReadOnlySpan<byte> run)
    {
        if (Plan.ScribblesRing || Plan.ScribblesIocbs)
        {
            _ = Interlocked.Increment(ref Journal.Count(SoakCount.Events));
            return;
        }

        var before = Ledger.EventsSeen;
        Fail(Ledger.Book(run, Arena));
        _ = Interlocked.Add(ref Journal.Count(SoakCount.Events), Math.Max(0, Ledger.EventsSeen - before));
    }

    /// <summary>Runs it; what is wrong stands in the journal.</summary>
    public void Run()
    {
        Arena.Reset();
        Files.Reset();
        Ledger.Reset();
        var dice = Dice.For(Seed, Number, -2);
        for (var i = 0; i < 256; i++)
        {
            Draw.Vector(ref dice);
        }

        SetUp();
        if (!HasFailed)
        {
            RunActors();
            _end.Run();
        }

        Ring.Dispose();
        _ = Interlocked.Increment(ref Journal.Count(SoakCount.Episodes));
        _ = Interlocked.Add(ref Journal.Count(SoakCount.Ledgered), Plan.IsLedgered ? 1 : 0);
        _ = Interlocked.Add(ref Journal.Count(SoakCount.Deferred), Plan.IsDeferred ? 1 : 0);
        _ = Interlocked.Add(ref Journal.Count(SoakCount.Expired), Ledger.Expired);
    }

    /// <summary>What was written where the ring's view had been, or null.</summary>
    public string? CheckReplaced() =>
        _replaced.Exists(r => new ReadOnlySpan<byte>((void*)r.Address, (int)r.Bytes).ContainsAnyExcept((byte)0))
            ? "memory that took the place of the ring's view was written" : null;

    private void SetUp()
    {
        var parameters = new Aio2Params { RingBytes = Plan.RingBytes, NrReqs = Plan.NrReqs };
        Ring.Prepare(Plan, ref parameters);
        parameters.Eventfd = (Plan.Flags & Aio2Setup.Eventfd) != 0 ? Files.Eventfd : 0;
        var result = Aio.Setup(Aio2.Version, Plan.Flags, &parameters, (nuint)sizeof(Aio2Params));
        if (result != 0)
        {
            Fail($"io_setup2 said {result}");
            return;
        }

        Ctx = parameters.Ctx;
        Ring.Use(parameters);
    }

    private void RunActors()
    {
        var callers = new List<Actor>();
        var others = new List<Actor>();
        for (var i = 0; i < Plan.Callers; i++)
        {
            callers.Add(new Caller(this, i));
        }

        var index = 2;
        void Join(bool takesPart, Func<int, Actor> make)
        {
            if (takesPart)
            {
                others.Add(make(index));
            }

            index++;
        }

        Join(true, i => new Vandal(this, i));
        Join(Plan.ScribblesRing || Plan.ScribblesIocbs, i => new Scribbler(this, i));
        Join(Plan.MovesBuffers, i => new BufferMover(this, i));
        Join(Plan.CallsWildly, i => new WildCaller(this, i));
        Join(Plan.ReapsRing, i => new RingTaker(this, i));

        var calling = Start(callers);
        var attacking = Start(others);
        calling.ForEach(t => t.Join());

        // At the latest: what waits for data is in flight still.
        Leave();
        IsOver = true;
        foreach (var thread in attacking)
        {
            // Whoever waits to write a full counter is freed by this.
            while (!thread.Join(5))
            {
                Files.EmptyEventfd();
            }
        }
    }

    private static List<Thread> Start(List<Actor> actors)
    {
        var threads = actors.ConvertAll(a => new Thread(a.Run) { IsBackground = true, Name = a.GetType().Name });
        threads.ForEach(t => t.Start());
        return threads;
    }
}
