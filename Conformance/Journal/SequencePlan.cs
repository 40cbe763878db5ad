using AioV2.Conformance.Calls;

namespace AioV2.Conformance.Journal;

/// <summary>Lowered sequences as the bytes that the child reads.</summary>
/// <remarks>Made before it is the child's turn, so that the child need not wait for it. Its memory is used again: blocks of this size are
/// collected with the whole heap only.</remarks>
public sealed class SequencePlan : IDisposable
{
    private readonly MemoryStream _bytes = new();
    private readonly BinaryWriter _writer;

    /// <summary>Makes a plan of nothing.</summary>
    public SequencePlan() => _writer = new BinaryWriter(_bytes);

    /// <summary>Writes sequences down, in place of what was there.</summary>
    public void Write(IReadOnlyList<IReadOnlyList<Step>> sequences)
    {
        Sequences = sequences.Count;
        _bytes.SetLength(0);
        foreach (var steps in sequences)
        {
            _writer.Write(steps.Count);
            foreach (var step in steps)
            {
                StepCodec.Write(_writer, step);
            }
        }
    }

    /// <summary>How many there are.</summary>
    public int Sequences { get; private set; }

    /// <summary>What the journal's plan has to hold.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.GetBuffer().AsSpan(0, (int)_bytes.Length);

    /// <inheritdoc/>
    public void Dispose()
    {
        _writer.Dispose();
        _bytes.Dispose();
    }

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
