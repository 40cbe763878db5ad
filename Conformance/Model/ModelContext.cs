using AioV2.Abi;

namespace AioV2.Conformance.Model;

/// <summary>One context, as the model knows it.</summary>
public sealed class ModelContext
{
    /// <summary>What setup answered, or would.</summary>
    public required Aio2Params Params { get; init; }

    /// <summary>AIO2_SETUP_*.</summary>
    public required uint Flags { get; init; }

    /// <summary>Accepted requests whose final event has not been reaped.</summary>
    public List<ModelRequest> Outstanding { get; } = [];

    /// <summary>Final events reaped since setup.</summary>
    public int Finals { get; set; }

    /// <summary>Requests accepted since setup.</summary>
    public int Accepted { get; set; }

    /// <summary>Whether a prediction no longer knows how many events were taken.</summary>
    public bool Uncertain { get; set; }

    /// <summary>Whether the ring is shared.</summary>
    public bool Shared => (Flags & Aio2Setup.UserReap) != 0;

    /// <summary>Whether refused records complete with an event.</summary>
    public bool SubmitAll => (Flags & Aio2Setup.SubmitAll) != 0;

    /// <summary>Most slots that may be taken.</summary>
    public int SlotsMost => Outstanding.Count;

    /// <summary>Fewest slots that may be taken: an event in a shared ring has given its slot back (RING-9).</summary>
    public int SlotsLeast => Shared || Uncertain ? CountOf(Completion.Blocked) : Outstanding.Count;

    /// <summary>Final events that must have come in all, once nothing more happens.</summary>
    public int Owed => Finals + CountOf(Completion.Certain);

    /// <summary>Whether some request may or may not complete.</summary>
    public bool HasOpen => CountOf(Completion.Open) > 0;

    /// <summary>How many of the outstanding requests are so.</summary>
    public int CountOf(Completion completion)
    {
        int count = 0;
        foreach (var request in Outstanding)
        {
            count += request.Completion == completion ? 1 : 0;
        }

        return count;
    }
}
