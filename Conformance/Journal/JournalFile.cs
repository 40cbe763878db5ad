using System.IO.MemoryMappedFiles;
using System.Text;

namespace AioV2.Conformance.Journal;

/// <summary>The memory that judge and child share: what to run, where the child is, and what was answered.</summary>
/// <remarks><code>
///  0      head: command, argument, sequences done, answer bytes, progress, sequence, step, forked, in a call, calls, patience,
///         bytes of the plan
///  64     text: a fatal message or the last call of a directed check, zero-terminated
///  64 Ki  sequences to run                                                            (2 MiB)
///  +2 Mi  answers, see <see cref="Answer"/>                                           (12 MiB)
/// </code>
/// The child writes where it is before each call, so that a crash or a hang still tells which call it was.</remarks>
public sealed unsafe class JournalFile : IDisposable
{
    public const int TextAt = 64;
    public const int TextBytes = 65536 - 64;
    public const int PlanAt = 65536;
    public const int PlanBytes = 2 << 20;
    public const int AnswersAt = PlanAt + PlanBytes;
    public const int AnswersBytes = 12 << 20;
    public const int TotalBytes = AnswersAt + AnswersBytes;

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _base;

    private JournalFile(MemoryMappedFile file)
    {
        _file = file;
        _view = file.CreateViewAccessor(0, TotalBytes);
        byte* at = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref at);
        _base = at;
    }

    /// <summary>Makes the file that a child will open.</summary>
    public static JournalFile Create(string path)
    {
        var stream = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite);
        stream.SetLength(TotalBytes);
        return new JournalFile(MemoryMappedFile.CreateFromFile(stream, null, TotalBytes, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: false));
    }

    /// <summary>Opens the file of the judge.</summary>
    public static JournalFile Open(string path) =>
        new(MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, TotalBytes, MemoryMappedFileAccess.ReadWrite));

    /// <summary>What the child is to do.</summary>
    public ref int Command => ref Word(0);

    /// <summary>Sequences in the plan, or the number of a directed check.</summary>
    public ref int Argument => ref Word(4);

    /// <summary>Sequences that were run to their end.</summary>
    public ref int Done => ref Word(8);

    /// <summary>Bytes of answers.</summary>
    public ref int AnswerLength => ref Word(12);

    /// <summary>Goes up with every call: what stands still too long hangs.</summary>
    public ref int Progress => ref Word(16);

    /// <summary>The sequence that the child is in.</summary>
    public ref int Sequence => ref Word(20);

    /// <summary>The step that the child is in.</summary>
    public ref int StepIndex => ref Word(24);

    /// <summary>1 once a call returned in another process than it was made in.</summary>
    public ref int Forked => ref Word(28);

    /// <summary>1 while the child is inside a call.</summary>
    public ref int InCall => ref Word(32);

    /// <summary>Calls of the nine that were made so far.</summary>
    public ref int Calls => ref Word(36);

    /// <summary>Seconds that a directed check waits for what must happen; 0 for the usual.</summary>
    public ref int Patience => ref Word(40);

    /// <summary>Bytes of the plan.</summary>
    public ref int PlanLength => ref Word(44);

    /// <summary>The sequences to run.</summary>
    public byte* Plan => _base + PlanAt;

    /// <summary>What was answered.</summary>
    public byte* Answers => _base + AnswersAt;

    /// <summary>A message from the child.</summary>
    public string Text
    {
        get
        {
            var text = new ReadOnlySpan<byte>(_base + TextAt, TextBytes);
            int end = text.IndexOf((byte)0);
            return Encoding.UTF8.GetString(end < 0 ? text : text[..end]);
        }

        set
        {
            var to = new Span<byte>(_base + TextAt, TextBytes);
            byte[] bytes = Encoding.UTF8.GetBytes(value);
            int length = Math.Min(bytes.Length, TextBytes - 1);
            bytes.AsSpan(0, length).CopyTo(to);
            to[length] = 0;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }

    private ref int Word(int at) => ref *(int*)(_base + at);
}
