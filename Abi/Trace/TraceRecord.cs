namespace AioV2.Abi.Trace;

/// <summary>One record of a trace: its kind and its fields, at the places that <c>Aio2Trace…</c> name.</summary>
public sealed class TraceRecord
{
    private readonly TraceValue[] _values;

    /// <summary>Makes a record.</summary>
    /// <param name="kind">One of <see cref="Aio2TraceKind"/>.</param>
    /// <param name="values">All fields that the spec has for it, in its order.</param>
    public TraceRecord(int kind, params TraceValue[] values)
    {
        Kind = kind;
        _values = values;
    }

    /// <summary>One of <see cref="Aio2TraceKind"/>.</summary>
    public int Kind { get; }

    /// <summary>The fields.</summary>
    public ReadOnlySpan<TraceValue> Values => _values;

    /// <summary>Fields of every call's record stand at the same places.</summary>
    public bool IsCall => Kind is >= Aio2TraceKind.Setup and <= Aio2TraceKind.RingCtl;

    /// <summary>When, CLOCK_MONOTONIC ns; 0 for a record without a time.</summary>
    public ulong Time => Kind switch
    {
        Aio2TraceKind.Start => Number(Aio2TraceStart.Time),
        _ => Number(0),
    };

    /// <summary>A number; 0 where an older file has no such field.</summary>
    public ulong Number(int place) => place < _values.Length ? _values[place].Number : 0;

    /// <summary>A signed number.</summary>
    public long Signed(int place) => (long)Number(place);

    /// <summary>Bytes; none where an older file has no such field.</summary>
    public ReadOnlyMemory<byte> Bytes(int place) => place < _values.Length ? _values[place].Other as byte[] ?? [] : [];

    /// <summary>Text.</summary>
    public string Text(int place) => place < _values.Length ? _values[place].Other as string ?? "" : "";
}
