using AioV2.Abi;
using AioV2.Conformance.Calls;
using AioV2.Conformance.World;

namespace AioV2.Conformance.Model;

/// <summary>The state that the model keeps between the calls of a sequence: contexts by slot, pipes, pokes.</summary>
/// <remarks>Used twice: by the judge, which moves it by what was answered, and by the generator, which moves it by
/// what the model predicts (<see cref="Prediction"/>).</remarks>
public sealed class AioModel(Capabilities offered)
{
    /// <summary>What the implementation offers.</summary>
    public Capabilities Offered { get; } = offered;

    /// <summary>Pipes and memory.</summary>
    public ModelWorld World { get; } = new();

    /// <summary>Contexts by slot; null where none lives.</summary>
    public ModelContext?[] Contexts { get; } = new ModelContext?[Step.Slots];

    /// <summary>The rules for records, over this state's world.</summary>
    public SubmitRules Submit => _submit ??= new SubmitRules(Offered, World);

    private SubmitRules? _submit;

    private readonly List<ModelRequest>[] _readers = [.. Enumerable.Range(0, WorldLayout.Pipes).Select(_ => new List<ModelRequest>())];

    /// <summary>The context of a slot, or null.</summary>
    public ModelContext? Context(byte slot) => slot < Step.Slots ? Contexts[slot] : null;

    /// <summary>The outstanding requests, of any context, that read a pipe.</summary>
    public IReadOnlyList<ModelRequest> ReadersOf(int pipe) => _readers[pipe];

    /// <summary>All requests that are outstanding anywhere.</summary>
    public IEnumerable<ModelRequest> Outstanding => Contexts.Where(c => c is not null).SelectMany(c => c!.Outstanding);

    /// <summary>Slots that the sequence's own contexts reserve (SETUP-6).</summary>
    public ulong SlotsReserved
    {
        get
        {
            ulong slots = 0;
            foreach (var context in Contexts)
            {
                slots += context?.Params.NrReqs ?? 0;
            }

            return slots;
        }
    }

    /// <summary>Takes a request in.</summary>
    public void Accept(ModelContext context, ModelRequest request)
    {
        if (request.Pipe >= 0)
        {
            var readers = _readers[request.Pipe];
            readers.Add(request);
            if (readers.Count > 1 || World.PipeOpen[request.Pipe])
            {
                LoosenPipe(request.Pipe);
            }
        }
        else if (ModelWorld.KindOf(request.Fd) == FdKind.PipeWrite && request.Op.Direction == DataDirection.Write)
        {
            LoosenPipe(request.Fd - WorldLayout.PipeWrite);
        }

        World.MetaIsOpen |= request.WritesMeta;
        context.Outstanding.Add(request);
        context.Accepted++;
    }

    /// <summary>Notes bytes that the sequence wrote into a pipe.</summary>
    public void Feed(int pipe, int bytes)
    {
        World.PipeBytes[pipe] += bytes;
        foreach (var reader in _readers[pipe])
        {
            if (reader.Completion == Completion.Open)
            {
                // Told to stop while it was blocked: these bytes may be its natural result (CANCEL-1).
                reader.ResultMax = Math.Max(reader.ResultMax, Math.Min(World.PipeBytes[pipe], reader.Length));
                continue;
            }

            if (reader.Op.Opcode == Aio2Op.Poll)
            {
                reader.Completion = Completion.Certain;
                continue;
            }

            // A reader that was already served with less may still have come before this write.
            long now = Math.Min(World.PipeBytes[pipe], reader.Length);
            if (reader.Completion == Completion.Blocked)
            {
                reader.ResultMin = now;
            }

            (reader.Completion, reader.ResultMax) = (Completion.Certain, now);
        }
    }

    /// <summary>Takes a delivered request out; the pipe that it read has less.</summary>
    public void Deliver(ModelContext context, ModelRequest request, long result)
    {
        context.Outstanding.Remove(request);
        context.Finals++;
        if (request.Pipe < 0)
        {
            return;
        }

        _readers[request.Pipe].Remove(request);
        if (result > 0 && request.Op.Opcode != Aio2Op.Poll)
        {
            World.PipeBytes[request.Pipe] = Math.Max(0, World.PipeBytes[request.Pipe] - result);
        }
    }

    /// <summary>Ends a context: what it had outstanding may have read its pipes or not.</summary>
    public void Destroy(byte slot)
    {
        foreach (var request in Contexts[slot]!.Outstanding)
        {
            if (request.Pipe >= 0)
            {
                _readers[request.Pipe].Remove(request);
                LoosenPipe(request.Pipe);
            }
        }

        Contexts[slot] = null;
    }

    /// <summary>Brings everything back to a sequence's beginning.</summary>
    public void Reset()
    {
        Array.Clear(Contexts);
        Array.ForEach(_readers, r => r.Clear());
        World.Reset();
    }

    private void LoosenPipe(int pipe)
    {
        World.PipeOpen[pipe] = true;
        foreach (var other in _readers[pipe])
        {
            Loosen(other);
        }
    }

    private static void Loosen(ModelRequest request) => (request.Completion, request.AnyResult) = (Completion.Open, true);
}
