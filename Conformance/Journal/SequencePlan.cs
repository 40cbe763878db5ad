using AioV2.Conformance.Calls;

namespace AioV2.Conformance.Journal;

/// <summary>Lowered sequences as the bytes that the child reads.</summary>
/// <remarks>Made before it is the child's turn, so that the child need not wait for it.</remarks>
public sealed class SequencePlan
{
    private readonly byte[] _bytes;

    /// <summary>Writes sequences down.</summary>
    public SequencePlan(IReadOnlyList<IReadOnlyList<Step>> sequences)
    {
        Sequences = sequences.Count;
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        foreach (var steps in sequences)
        {
            writer.Write(steps.Count);
            foreach (var step in steps)
            {
                StepCodec.Write(writer, step);
            }
        }

        _bytes = bytes.ToArray();
    }

    /// <summary>How many there are.</summary>
    public int Sequences { get; }

    /// <summary>What the journal's plan has to hold.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>Reads one sequence.</summary>
    /// <exception cref="InvalidDataException">The bytes are none.</exception>
    public static Step[] Read(BinaryReader reader)
    {
        var steps = new Step[reader.ReadInt32()];
        for (int i = 0; i < steps.Length; i++)
        {
            steps[i] = StepCodec.Read(reader);
        }

        return steps;
    }
}
