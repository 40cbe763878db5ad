namespace AioV2.Cli.Soak;

/// <summary>One thread of an episode: counts its steps where the parent can see them.</summary>
internal abstract unsafe class Actor(Episode episode, int index)
{
    private readonly long* _words = episode.Journal.Actor(index);

    protected Episode Episode { get; } = episode;

    protected EpisodePlan Plan => Episode.Plan;

    /// <summary>Its number in the episode.</summary>
    protected int Index { get; } = index;

    /// <summary>For work at the caller's own pace the default; the others go on until the callers are through.</summary>
    protected virtual bool GoesOn => !Episode.IsOver;

    /// <summary>Runs to the end; what it throws is a finding.</summary>
    public void Run()
    {
        _words[2] = Linux.ThreadId();
        var dice = Dice.For(Episode.Seed, Episode.Number, Index);
        try
        {
            while (GoesOn)
            {
                Step(ref dice);
            }
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            Episode.Fail($"{GetType().Name}: {e}");
        }

        Volatile.Write(ref _words[0], 0);
    }

    protected abstract void Step(ref Dice dice);

    /// <summary>Says which step begins.</summary>
    protected void Begin(SoakCount kind)
    {
        Volatile.Write(ref _words[0], (int)kind + 1);
        Volatile.Write(ref _words[1], _words[1] + 1);
        _ = Interlocked.Increment(ref Episode.Journal.Count(kind));
    }

    /// <summary>Books what a call said; it is no finding as long as it is a result or an errno.</summary>
    protected long Said(long result, long most, string call)
    {
        if (result < 0)
        {
            _ = Interlocked.Increment(ref Episode.Journal.Count(result == -Abi.Errno.EFAULT ? SoakCount.Faults : SoakCount.Refusals));
        }

        if (result < -4095 || result > most)
        {
            Episode.Fail($"{call} said {result}, of at most {most}");
        }

        return result;
    }
}
