using AioV2.Conformance.World;

namespace AioV2.Conformance.Journal;

/// <summary>Appends answers to the journal.</summary>
public sealed unsafe class AnswerWriter(JournalFile journal)
{
    /// <summary>Room that must be left before a sequence begins.</summary>
    public const int Reserve = 6 << 20;

    private int _length;

    /// <summary>Whether another sequence surely fits.</summary>
    public bool HasRoom => _length < JournalFile.AnswersBytes - Reserve;

    /// <summary>Forgets all answers.</summary>
    public void Clear() => journal.AnswerLength = _length = 0;

    /// <summary>Whether an answer with so many bytes of outputs still fits.</summary>
    public bool Fits(int outBytes) => _length + sizeof(AnswerHead) + outBytes + 8 <= JournalFile.AnswersBytes;

    /// <summary>Appends an answer; outputs that do not fit any more end the child.</summary>
    public void Add(AnswerHead head, ReadOnlySpan<byte> outputs)
    {
        if (!Fits(outputs.Length))
        {
            journal.Text = "the sequence's answers do not fit the journal";
            Libc.Exit(ChildExit.JournalFull);
        }

        head.OutBytes = outputs.Length;
        head.Bytes = sizeof(AnswerHead) + (outputs.Length + 7 & ~7);
        byte* at = journal.Answers + _length;
        *(AnswerHead*)at = head;
        outputs.CopyTo(new Span<byte>(at + sizeof(AnswerHead), outputs.Length));
        _length += head.Bytes;
        Volatile.Write(ref journal.AnswerLength, _length);
    }
}
