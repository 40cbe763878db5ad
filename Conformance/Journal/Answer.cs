using System.Runtime.InteropServices;

namespace AioV2.Conformance.Journal;

/// <summary>What kind of thing was answered.</summary>
public enum AnswerKind : byte
{
    /// <summary>One of the nine calls.</summary>
    Call = 1,

    /// <summary>Events taken from the ring's memory.</summary>
    Reap = 2,

    /// <summary>io_getevents2 inside a drain.</summary>
    DrainGet = 3,

    /// <summary>The end of a drain; the result is the number of events that this context has given in all.</summary>
    DrainEnd = 4,

    /// <summary>What the user did, without an answer.</summary>
    User = 5,
}

/// <summary>What a reaper saw that no ring may show.</summary>
public enum RingAnomaly : byte
{
    None,

    /// <summary>head was moved past tail, or they are more than the ring apart (RING-2).</summary>
    Positions,

    /// <summary>A record's bytes are below the fixed part, not a multiple of 8, or beyond tail or the ring's end (RING-3).</summary>
    Framing,

    /// <summary>A pad that does not reach the ring's end, or that no record follows (RING-3).</summary>
    Pad,
}

/// <summary>Head of one answer in the journal; <c>OutBytes</c> of outputs follow, padded to 8.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct AnswerHead
{
    public int Bytes;
    public int Sequence;
    public int Step;
    public AnswerKind Kind;
    public RingAnomaly Anomaly;
    public byte HasRing;
    public byte Reserved;
    public long Result;
    public long ElapsedNs;
    public long Time;
    public ulong Head;
    public ulong Tail;
    public uint RingFlags;
    public uint BytesGiven;
    public uint MinBytes;
    public int OutBytes;
}

/// <summary>One answer, with its outputs, as the judge reads it.</summary>
public readonly record struct Answer(AnswerHead Head, byte[] Out)
{
    private const int UsualAnswers = 64;

    /// <summary>The call's return value.</summary>
    public long Result => Head.Result;

    /// <summary>Reads what a child answered, by sequence.</summary>
    public static unsafe List<Answer>[] BySequence(ReadOnlySpan<byte> bytes, int sequences)
    {
        var answers = new List<Answer>[sequences];
        for (int i = 0; i < sequences; i++)
        {
            answers[i] = new List<Answer>(UsualAnswers);
        }

        while (bytes.Length > 0)
        {
            var head = MemoryMarshal.Read<AnswerHead>(bytes);
            answers[head.Sequence].Add(new Answer(head, bytes.Slice(sizeof(AnswerHead), head.OutBytes).ToArray()));
            bytes = bytes[head.Bytes..];
        }

        return answers;
    }
}
