namespace AioV2.Abi.Tests.Ring;

/// <summary>What a ring is to its users: a queue of records with a rule for room (RING-2, RING-3).</summary>
internal sealed class RingModel(uint ringBytes, ulong start)
{
    private readonly Queue<(ulong Serial, int Bytes, ulong End)> _records = new();

    public ulong Head { get; private set; } = start;

    public ulong Tail { get; private set; } = start;

    public bool IsEmpty => _records.Count == 0;

    public int FirstBytes => _records.Peek().Bytes;

    /// <summary>Whether a record finds room: PAD and record together, every byte usable.</summary>
    public bool TryWrite(ulong serial, int bytes)
    {
        ulong index = Tail % ringBytes;
        ulong pad = index + (ulong)bytes <= ringBytes ? 0 : ringBytes - index;
        if (unchecked(Tail - Head) + pad + (ulong)bytes > ringBytes)
        {
            return false;
        }

        Tail = unchecked(Tail + pad + (ulong)bytes);
        _records.Enqueue((serial, bytes, Tail));
        return true;
    }

    /// <summary>Takes whole records into so much room.</summary>
    public List<ulong> Take(int room, int most = int.MaxValue)
    {
        var taken = new List<ulong>();
        while (taken.Count < most && _records.TryPeek(out var first) && first.Bytes <= room)
        {
            room -= first.Bytes;
            taken.Add(first.Serial);
            Head = _records.Dequeue().End;
        }

        return taken;
    }
}
