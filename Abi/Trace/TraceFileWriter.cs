using System.Buffers;
using System.Buffers.Binary;
using MessagePack;

namespace AioV2.Abi.Trace;

/// <summary>Writes a trace: START first, records in blocks, END last. One thread at a time.</summary>
/// <remarks>Records stand in memory until their block is full or <see cref="Flush"/>; without <see cref="Close"/> the file has no
/// END and is refused by every reader.</remarks>
public sealed class TraceFileWriter : IDisposable
{
    private const int BlockBytes = 256 << 10;

    private readonly Stream _file;
    private readonly ArrayBufferWriter<byte> _block = new(BlockBytes + (64 << 10));
    private readonly byte[] _head = new byte[TraceBlock.HeadBytes];
    private ulong _records, _blocks;
    private long _flushed;
    private bool _closed;

    /// <summary>Begins a trace.</summary>
    /// <param name="path">The file.</param>
    /// <param name="start">What it says of itself.</param>
    /// <param name="replace">Whether a file that is there is replaced; else that is an error.</param>
    /// <exception cref="IOException">The file cannot be written, or is there.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    public TraceFileWriter(string path, TraceStart start, bool replace = true)
        : this(new FileStream(path, replace ? FileMode.Create : FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0), start)
    {
    }

    internal TraceFileWriter(Stream file, TraceStart start)
    {
        _file = file;
        WriteStart(start);
        Flush();
    }

    /// <summary>Bytes of the file, with what is not flushed yet.</summary>
    public long Bytes => _flushed + _block.WrittenCount;

    /// <summary>Records written, START included.</summary>
    public ulong Records => _records;

    /// <summary>Appends a record with all its fields.</summary>
    public void Write(TraceRecord record)
    {
        var writer = new MessagePackWriter(_block);
        writer.WriteArrayHeader(record.Values.Length + 1);
        writer.Write(record.Kind);
        var fields = Aio2TraceSchema.Records[record.Kind].Fields;
        for (var i = 0; i < record.Values.Length; i++)
        {
            var value = record.Values[i];
            switch (value.Other)
            {
                case byte[] bytes: writer.Write(bytes.AsSpan()); break;
                case string text: writer.Write(text); break;
                default: WriteNumber(ref writer, value.Number, fields[i].Type == "s64"); break;
            }
        }

        writer.Flush();
        Appended();
    }

    /// <summary>Appends a record of numbers and, behind them, bytes: what <c>Aio2TraceSchema</c> has in this order.</summary>
    /// <param name="kind">One of <see cref="Aio2TraceKind"/> whose fields are numbers first, then bytes.</param>
    /// <param name="numbers">The numbers.</param>
    /// <param name="blobs">For each field of bytes a 32-bit length, native endian, the bytes, and padding to a multiple of 8.</param>
    public void Write(int kind, ReadOnlySpan<ulong> numbers, ReadOnlySpan<byte> blobs)
    {
        var fields = Aio2TraceSchema.Records[kind].Fields;
        var writer = new MessagePackWriter(_block);
        writer.WriteArrayHeader(fields.Length + 1);
        writer.Write(kind);
        for (var i = 0; i < numbers.Length; i++)
        {
            WriteNumber(ref writer, numbers[i], fields[i].Type == "s64");
        }

        for (var i = numbers.Length; i < fields.Length; i++)
        {
            var bytes = BitConverter.IsLittleEndian ? BinaryPrimitives.ReadInt32LittleEndian(blobs) : BinaryPrimitives.ReadInt32BigEndian(blobs);
            writer.Write(blobs.Slice(sizeof(ulong), bytes));
            blobs = blobs[(sizeof(ulong) + ((bytes + 7) & ~7))..];
        }

        writer.Flush();
        Appended();
    }

    /// <summary>Puts what was appended into the file.</summary>
    public void Flush()
    {
        var records = _block.WrittenSpan;
        if (records.Length == 0)
        {
            return;
        }

        TraceBlock.WriteHead(_head, records);
        _file.Write(_head);
        _file.Write(records);
        _flushed += TraceBlock.HeadBytes + records.Length;
        _block.ResetWrittenCount();
        _blocks++;
    }

    /// <summary>Ends the trace.</summary>
    /// <param name="timeNs">CLOCK_MONOTONIC.</param>
    /// <param name="lost">Records that were not written.</param>
    /// <param name="reason">Why it ends here.</param>
    public void Close(ulong timeNs, ulong lost, string reason)
    {
        if (_closed)
        {
            return;
        }

        // Alone in its block, so that a file can be ended by somebody else in the same way.
        Flush();
        Write(new TraceRecord(Aio2TraceKind.End, timeNs, _records, _blocks, lost, reason));
        Flush();
        _closed = true;
    }

    /// <summary>Closes the file. Without <see cref="Close"/> before it has no end.</summary>
    public void Dispose() => _file.Dispose();

    /// <summary>The block that ends a file in which so many records and blocks are whole.</summary>
    internal static byte[] EndBlock(ulong timeNs, ulong records, ulong blocks, ulong lost, string reason)
    {
        var block = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(block);
        writer.WriteArrayHeader(6);
        writer.Write(Aio2TraceKind.End);
        writer.Write(timeNs);
        writer.Write(records);
        writer.Write(blocks);
        writer.Write(lost);
        writer.Write(reason);
        writer.Flush();
        var bytes = new byte[TraceBlock.HeadBytes + block.WrittenCount];
        TraceBlock.WriteHead(bytes, block.WrittenSpan);
        block.WrittenSpan.CopyTo(bytes.AsSpan(TraceBlock.HeadBytes));
        return bytes;
    }

    private static void WriteNumber(ref MessagePackWriter writer, ulong number, bool isSigned)
    {
        if (isSigned)
        {
            writer.Write((long)number);
        }
        else
        {
            writer.Write(number);
        }
    }

    private void Appended()
    {
        _records++;
        if (_block.WrittenCount >= BlockBytes)
        {
            Flush();
        }
    }

    private void WriteStart(TraceStart start)
    {
        var writer = new MessagePackWriter(_block);
        writer.WriteArrayHeader(Aio2TraceSchema.Records[Aio2TraceKind.Start].Fields.Length + 1);
        writer.Write(Aio2TraceKind.Start);
        writer.Write(Aio2Trace.Format);
        writer.Write(Aio2Trace.Version);
        writer.WriteArrayHeader(Aio2TraceSchema.Records.Count);
        foreach (var (kind, name, fields) in Aio2TraceSchema.Records)
        {
            writer.WriteArrayHeader(2 + fields.Length);
            writer.Write(kind);
            writer.Write(name);
            foreach (var field in fields)
            {
                writer.Write(field.Name);
            }
        }

        writer.Write(Aio2.Version);
        writer.Write(Aio2.SpecHash);
        writer.Write(start.Source);
        writer.Write(start.Engine);
        writer.Write(start.Program);
        writer.Write(start.Pid);
        writer.Write(start.RealtimeNs);
        writer.Write(start.TimeNs);
        writer.Flush();
        _records++;
    }
}
