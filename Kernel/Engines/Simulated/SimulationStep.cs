using System.Globalization;

namespace AioV2.Kernel.Engines.Simulated;

/// <summary>One step of a schedule: which request, by its number in the order of submission from 1, and what was done to it.</summary>
/// <param name="Request">The request's number.</param>
/// <param name="Action">What was done.</param>
/// <param name="Bytes">For a short attempt the bytes it was cut to, else 0.</param>
/// <param name="Time">The virtual clock, in ns since the engine was made.</param>
public readonly record struct SimulationStep(ulong Request, SimulationAction Action, ulong Bytes, long Time)
{
    /// <summary>One line: <c>17 Short 512 @90210</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Request} {Action} {Bytes} @{Time}");

    /// <summary>Reads a line that <see cref="ToString"/> has written.</summary>
    /// <exception cref="FormatException">It is no such line.</exception>
    public static SimulationStep Parse(string line)
    {
        var parts = line.Split(' ');
        if (parts.Length != 4 || parts[3].Length < 2 || parts[3][0] != '@' || !Enum.TryParse<SimulationAction>(parts[1], out var action))
        {
            throw new FormatException($"not a step of a simulation: {line}");
        }

        return new SimulationStep(
            ulong.Parse(parts[0], CultureInfo.InvariantCulture),
            action,
            ulong.Parse(parts[2], CultureInfo.InvariantCulture),
            long.Parse(parts[3].AsSpan(1), CultureInfo.InvariantCulture));
    }
}
