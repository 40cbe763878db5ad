namespace AioV2.Kernel.Engines.Simulated;

/// <summary>The reins of a kernel's simulated engine. Any thread may hold them.</summary>
public sealed class Simulation
{
    private readonly SimulatedEngine _engine;

    internal Simulation(SimulatedEngine engine) => _engine = engine;

    /// <summary>The virtual clock, ns: it starts at CLOCK_MONOTONIC and moves by steps only. TIMING reads it.</summary>
    public long Now => _engine.Now;

    /// <summary>Requests that have not ended: scheduled, waiting for a stream, or held back.</summary>
    public int Unfinished => _engine.Unfinished;

    /// <summary>What was done so far.</summary>
    public SimulationLog Log => _engine.Log;

    /// <summary>Makes one step: false, if nothing can be done now.</summary>
    public bool Step() => _engine.Step();

    /// <summary>Steps until nothing can be done: the number of steps.</summary>
    public int RunUntilIdle()
    {
        var steps = 0;
        while (Step())
        {
            steps++;
        }

        return steps;
    }

    /// <summary>Holds requests with this user_data back, from before their next attempt on, until <see cref="Release"/>.</summary>
    public void Hold(ulong userData) => _engine.Hold(userData);

    /// <summary>Lets requests with this user_data go on, those held and those to come.</summary>
    public void Release(ulong userData) => _engine.Release(userData);
}
