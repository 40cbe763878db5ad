namespace AioV2.Kernel.Engines.Simulated;

/// <summary>The steps of a schedule in order: what <see cref="SimulationOptions.Replay"/> takes.</summary>
/// <param name="Steps">The steps.</param>
/// <param name="IsComplete">Whether none was left out for <see cref="SimulationOptions.LogMax"/>.</param>
public sealed record SimulationLog(IReadOnlyList<SimulationStep> Steps, bool IsComplete = true)
{
    /// <summary>One step a line.</summary>
    public override string ToString() => string.Join('\n', Steps);

    /// <summary>Reads what <see cref="ToString"/> has written.</summary>
    /// <exception cref="FormatException">A line is no step.</exception>
    public static SimulationLog Parse(string text) =>
        new([.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(SimulationStep.Parse)]);
}
