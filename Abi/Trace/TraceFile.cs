using MessagePack;

namespace AioV2.Abi.Trace;

/// <summary>A whole trace: every block, checksum and record was looked at before anything of it is given out.</summary>
public sealed class TraceFile
{
    private readonly long _length;

    private TraceFile(string path, TraceStart start, TraceRecord end, long length)
    {
        (Path, Start, _length) = (path, start, length);
        Records = end.Number(Aio2TraceEnd.Records);
        Lost = end.Number(Aio2TraceEnd.Lost);
        Reason = end.Text(Aio2TraceEnd.Reason);
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>What it says of itself.</summary>
    public TraceStart Start { get; }

    /// <summary>Records before END.</summary>
    public ulong Records { get; }

    /// <summary>Records that were not written.</summary>
    public ulong Lost { get; }

    /// <summary>Why it ends where it does.</summary>
    public string Reason { get; }

    /// <summary>Looks at the whole file.</summary>
    /// <exception cref="TraceFormatException">It is cut short, damaged, or no trace; the message tells the offset.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static TraceFile Open(string path)
    {
        var decoder = new TraceDecoder();
        TraceStart? start = null;
        TraceRecord? end = null;
        ulong records = 0, blocks = 0, blocksBefore = 0;
        long at = 0, endAt = 0;
        foreach (var (offset, body) in Blocks(path, long.MaxValue))
        {
            (at, blocksBefore) = (offset + TraceBlock.HeadBytes + body.Length, blocks++);
            foreach (var (record, place) in Decode(path, offset, body, decoder))
            {
                if (end is not null)
                {
                    throw new TraceFormatException(path, place, "something follows the END record");
                }

                start ??= TraceStart.Read(record!);
                (end, endAt) = record?.Kind == Aio2TraceKind.End ? (record, place) : (null, endAt);
                records += end is null ? 1u : 0u;
            }
        }

        if (start is null || end is null)
        {
            throw new TraceFormatException(path, at, start is null ? "the file is empty" : "the file is cut short: there is no END record");
        }

        if (end.Number(Aio2TraceEnd.Records) != records || end.Number(Aio2TraceEnd.Blocks) != blocksBefore)
        {
            throw new TraceFormatException(path, endAt,
                $"END counts {end.Number(Aio2TraceEnd.Records)} records in {end.Number(Aio2TraceEnd.Blocks)} blocks, {records} in {blocksBefore} were found");
        }

        return new TraceFile(path, start, end, at);
    }

    /// <summary>The records between START and END, in the order of the file; read again from it.</summary>
    /// <exception cref="TraceFormatException">The file has changed since it was looked at.</exception>
    public IEnumerable<TraceRecord> Read()
    {
        var decoder = new TraceDecoder();
        foreach (var (offset, body) in Blocks(Path, _length))
        {
            foreach (var (record, _) in Decode(Path, offset, body, decoder))
            {
                if (record is not null && record.Kind is not (Aio2TraceKind.Start or Aio2TraceKind.End))
                {
                    yield return record;
                }
            }
        }
    }

    /// <summary>Ends a trace whose process could not: what follows its last whole block is cut off, and an END is put there.</summary>
    /// <returns>Whether there was something to do: false for a trace that is whole.</returns>
    /// <exception cref="TraceFormatException">There is not even a START.</exception>
    public static bool Seal(string path, string reason)
    {
        var decoder = new TraceDecoder();
        ulong records = 0, blocks = 0, time = 0;
        long whole = 0;
        try
        {
            foreach (var (offset, body) in Blocks(path, long.MaxValue))
            {
                ulong more = 0;
                foreach (var (record, _) in Decode(path, offset, body, decoder))
                {
                    if (record?.Kind == Aio2TraceKind.End)
                    {
                        return false;
                    }

                    more++;
                    time = Math.Max(time, record?.Time ?? 0);
                }

                (records, blocks, whole) = (records + more, blocks + 1, offset + TraceBlock.HeadBytes + body.Length);
            }
        }
        catch (TraceFormatException) when (records > 0)
        {
            // What is not whole is what is cut off.
        }

        if (records == 0)
        {
            throw new TraceFormatException(path, 0, "the file is empty");
        }

        using var file = new FileStream(path, FileMode.Open, FileAccess.Write);
        file.SetLength(whole);
        file.Position = whole;
        file.Write(TraceFileWriter.EndBlock(time, records, blocks, 0, reason));
        return true;
    }

    private static List<(TraceRecord? Record, long At)> Decode(string path, long offset, byte[] body, TraceDecoder decoder)
    {
        var records = new List<(TraceRecord?, long)>();
        var reader = new MessagePackReader(body);
        while (!reader.End)
        {
            var at = offset + TraceBlock.HeadBytes + reader.Consumed;
            try
            {
                records.Add((decoder.Read(ref reader), at));
            }
            catch (Exception e) when (e is MessagePackSerializationException or EndOfStreamException or OverflowException)
            {
                throw new TraceFormatException(path, at, $"no record of a trace: {e.Message}", e);
            }
        }

        return records;
    }

    private static IEnumerable<(long Offset, byte[] Body)> Blocks(string path, long length)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1 << 16);
        var head = new byte[TraceBlock.HeadBytes];
        for (long offset = 0; offset < length;)
        {
            var got = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
            if (got == 0)
            {
                yield break;
            }

            if (got < head.Length)
            {
                throw new TraceFormatException(path, offset, $"the file is cut short: {got} of the {head.Length} bytes of a block's head");
            }

            if (TraceBlock.ReadHead(head, out var bytes, out var crc) is { } wrong)
            {
                throw new TraceFormatException(path, offset, wrong);
            }

            var body = new byte[bytes];
            got = file.ReadAtLeast(body, bytes, throwOnEndOfStream: false);
            if (got < bytes)
            {
                throw new TraceFormatException(path, offset, $"the file is cut short: {got} of the {bytes} bytes of this block");
            }

            if (TraceBlock.Crc(body) != crc)
            {
                throw new TraceFormatException(path, offset, $"this block of {bytes} bytes is damaged: its checksum is 0x{TraceBlock.Crc(body):x8}, not 0x{crc:x8}");
            }

            yield return (offset, body);
            offset += TraceBlock.HeadBytes + bytes;
        }
    }
}
