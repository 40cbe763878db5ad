namespace AioV2.Abi.Codecs;

/// <summary>Walks a packed run of iocbs, as io_submit2 takes it (SUBMIT-1).</summary>
/// <remarks>Ends at the first record that is badly framed; <see cref="Error"/> then tells why and where in the run.</remarks>
public ref struct IocbRun
{
    private readonly ReadOnlySpan<byte> _run;

    /// <summary>Starts before the first record.</summary>
    public IocbRun(ReadOnlySpan<byte> run) => _run = run;

    /// <summary>Bytes of the records read so far: where the next one starts.</summary>
    public int Offset { get; private set; }

    /// <summary>Why the walk ended early, if it did.</summary>
    public RecordError Error { get; private set; }

    /// <summary>The record last read.</summary>
    public IocbReader Current { readonly get; private set; }

    /// <summary>Goes to the next record; false at the end or at an error.</summary>
    public bool MoveNext()
    {
        if (Error.IsError || Offset == _run.Length)
        {
            return false;
        }

        Error = IocbReader.Open(_run.Slice(Offset), out IocbReader iocb).Shifted(Offset);
        if (Error.IsError)
        {
            return false;
        }

        Current = iocb;
        Offset += iocb.Bytes;
        return true;
    }

    /// <summary>Goes to the next record; false at the end or at an error.</summary>
    public bool TryNext(out IocbReader iocb)
    {
        bool more = MoveNext();
        iocb = more ? Current : default;
        return more;
    }

    /// <summary>For <c>foreach</c>.</summary>
    public readonly IocbRun GetEnumerator() => this;
}
