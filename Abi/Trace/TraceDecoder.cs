using System.Buffers;
using MessagePack;

namespace AioV2.Abi.Trace;

/// <summary>Reads records out of the bytes of a block, by the schema that the file carries.</summary>
internal sealed class TraceDecoder
{
    private readonly Dictionary<int, int> _fieldsOf = [];

    /// <summary>Reads one record: null for one of a kind that only newer programs know.</summary>
    /// <exception cref="MessagePackSerializationException">It does not fit the schema; the message tells the place in the block.</exception>
    public TraceRecord? Read(ref MessagePackReader reader)
    {
        var at = reader.Consumed;
        var count = reader.ReadArrayHeader();
        var kind = reader.ReadInt32();
        if (_fieldsOf.Count == 0)
        {
            return ReadStart(ref reader, kind, count);
        }

        if (!_fieldsOf.TryGetValue(kind, out var fields) || count != fields + 1)
        {
            throw new MessagePackSerializationException($"a record of kind {kind} with {count - 1} fields at offset {at}: the file's schema has none");
        }

        if (kind is < 0 or > Aio2TraceKind.Last)
        {
            Skip(ref reader, fields);
            return null;
        }

        var known = Aio2TraceSchema.Records[kind].Fields;
        var values = new TraceValue[Math.Min(fields, known.Length)];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = known[i].Type switch
            {
                "u64" => reader.ReadUInt64(),
                "s64" => reader.ReadInt64(),
                "bytes" => (reader.ReadBytes() ?? throw Nil(reader)).ToArray(),
                _ => reader.ReadString() ?? throw Nil(reader),
            };
        }

        Skip(ref reader, fields - values.Length);
        return new TraceRecord(kind, values);
    }

    private TraceRecord ReadStart(ref MessagePackReader reader, int kind, int count)
    {
        var known = Aio2TraceSchema.Records[Aio2TraceKind.Start].Fields;
        if (kind != Aio2TraceKind.Start || count <= known.Length)
        {
            throw new MessagePackSerializationException($"the file does not begin with a START record of {known.Length} fields");
        }

        var values = new TraceValue[known.Length];
        values[Aio2TraceStart.Format] = reader.ReadString() ?? "";
        values[Aio2TraceStart.Version] = reader.ReadUInt64();
        if ((string)values[Aio2TraceStart.Format].Other! != Aio2Trace.Format || values[Aio2TraceStart.Version].Number != Aio2Trace.Version)
        {
            throw new MessagePackSerializationException(
                $"format '{values[Aio2TraceStart.Format].Other}' version {values[Aio2TraceStart.Version].Number}: this program reads '{Aio2Trace.Format}' version {Aio2Trace.Version}");
        }

        ReadSchema(ref reader);
        for (var i = Aio2TraceStart.Schema + 1; i < known.Length; i++)
        {
            values[i] = known[i].Type == "u64" ? reader.ReadUInt64() : reader.ReadString() ?? throw Nil(reader);
        }

        Skip(ref reader, count - 1 - known.Length);
        return new TraceRecord(kind, values);
    }

    private void ReadSchema(ref MessagePackReader reader)
    {
        for (var left = reader.ReadArrayHeader(); left > 0; left--)
        {
            var count = reader.ReadArrayHeader();
            if (count < 2 || !_fieldsOf.TryAdd(reader.ReadInt32(), count - 2))
            {
                throw new MessagePackSerializationException($"the schema has a kind without a name, or twice, at offset {reader.Consumed}");
            }

            Skip(ref reader, count - 1);
        }
    }

    private static void Skip(ref MessagePackReader reader, int values)
    {
        for (var i = 0; i < values; i++)
        {
            reader.Skip();
        }
    }

    private static MessagePackSerializationException Nil(in MessagePackReader reader) => new($"expected bytes or text before offset {reader.Consumed}, found nil");
}
