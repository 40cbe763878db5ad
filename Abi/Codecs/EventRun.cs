using System.Runtime.CompilerServices;

namespace AioV2.Abi.Codecs;

/// <summary>Walks a packed run of events, as io_getevents2 and a batch read of the ring give it.</summary>
/// <remarks>Ends at the first record that is badly framed; <see cref="Error"/> then tells why and where in the run.</remarks>
public ref struct EventRun
{
    private readonly ReadOnlySpan<byte> _run;

    /// <summary>Starts before the first event.</summary>
    public EventRun(ReadOnlySpan<byte> run) => _run = run;

    /// <summary>Bytes of the events read so far: where the next one starts.</summary>
    public int Offset { get; private set; }

    /// <summary>Why the walk ended early, if it did.</summary>
    public RecordError Error { get; private set; }

    /// <summary>The event last read.</summary>
    public EventReader Current { readonly get; private set; }

    /// <summary>Goes to the next event; false at the end or at an error.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool MoveNext()
    {
        bool more = TryNext(out EventReader reader);
        Current = reader;
        return more;
    }

    /// <summary>Goes to the next event; false at the end or at an error.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryNext(out EventReader reader)
    {
        if (Offset == _run.Length || Error.IsError)
        {
            reader = default;
            return false;
        }

        RecordError error = EventReader.Open(_run.Slice(Offset), out reader);
        if (error.IsError)
        {
            Error = error.Shifted(Offset);
            return false;
        }

        Offset += reader.Bytes;
        return true;
    }

    /// <summary>For <c>foreach</c>.</summary>
    public readonly EventRun GetEnumerator() => this;
}
