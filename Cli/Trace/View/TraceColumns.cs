using System.Buffers;
using System.IO.Compression;
using System.Runtime.InteropServices;
using AioV2.Abi;

namespace AioV2.Cli.Trace.View;

/// <summary>A story's numbers as the page reads them: columns of fixed width, one behind the other, little-endian, in gzip.</summary>
/// <remarks>The page is told name, type and count of each; <c>f64</c> holds nanoseconds and lengths, exact up to 2^53.</remarks>
internal sealed class TraceColumns
{
    private readonly ArrayBufferWriter<byte> _bytes = new(1 << 16);

    /// <summary>Name, type and count of each column, in order.</summary>
    public List<(string Name, string Type, int Count)> Index { get; } = [];

    /// <summary>The columns of a story.</summary>
    public static TraceColumns Of(TraceStory story)
    {
        var columns = new TraceColumns();
        var requests = story.Contexts.SelectMany(c => c.Requests).OrderBy(r => r.Submit).ToList();
        columns.Add("context", [.. requests.Select(r => (ushort)r.Context)]);
        columns.Add("number", [.. requests.Select(r => (double)r.Id)]);
        columns.Add("submit", [.. requests.Select(r => (double)r.Submit)]);
        columns.Add("issued", [.. requests.Select(r => (double)r.Issued)]);
        columns.Add("completed", [.. requests.Select(r => (double)r.Completed)]);
        columns.Add("inRing", [.. requests.Select(r => (double)r.InRing)]);
        columns.Add("reaped", [.. requests.Select(r => (double)r.Reaped)]);
        columns.Add("position", [.. requests.Select(r => (double)r.Position)]);
        columns.Blobs("iocb", [.. requests.Select(r => r.Iocb)]);
        columns.Blobs("event", [.. requests.Select(r => r.Event)]);
        var samples = story.Contexts.SelectMany(c => c.Samples.Select(s => (c.Index, s.Time, s.Head, s.Tail, s.Flags, s.List))).OrderBy(s => s.Time).ToList();
        columns.Add("sampleContext", [.. samples.Select(s => (ushort)s.Index)]);
        columns.Add("sampleTime", [.. samples.Select(s => (double)s.Time)]);
        columns.Add("sampleHead", [.. samples.Select(s => (double)s.Head)]);
        columns.Add("sampleTail", [.. samples.Select(s => (double)s.Tail)]);
        columns.Add("sampleFlags", [.. samples.Select(s => s.Flags)]);
        columns.Add("sampleList", [.. samples.Select(s => (double)s.List)]);
        columns.Add("callTime", [.. story.Calls.Select(c => (double)c.Time)]);
        columns.Add("callNs", [.. story.Calls.Select(c => (double)c.Ns)]);
        columns.Add("callKind", [.. story.Calls.Select(c => (ushort)c.Kind)]);
        columns.Add("callContext", [.. story.Calls.Select(c => (ushort)(c.Context < 0 ? ushort.MaxValue : c.Context))]);
        columns.Add("callResult", [.. story.Calls.Select(c => (double)c.Result)]);
        columns.Add("callThread", [.. story.Calls.Select(c => (double)c.Thread)]);
        return columns;
    }

    /// <summary>All of them, compressed, in base64.</summary>
    public string Base64()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(_bytes.WrittenSpan);
        }

        return Convert.ToBase64String(packed.GetBuffer(), 0, (int)packed.Length);
    }

    private void Add(string name, double[] values) => Add(name, "f64", values.Length, MemoryMarshal.AsBytes(values.AsSpan()));

    private void Add(string name, ushort[] values) => Add(name, "u16", values.Length, MemoryMarshal.AsBytes(values.AsSpan()));

    private void Add(string name, uint[] values) => Add(name, "u32", values.Length, MemoryMarshal.AsBytes(values.AsSpan()));

    private void Blobs(string name, ReadOnlyMemory<byte>[] values)
    {
        var ends = new uint[values.Length];
        using var all = new MemoryStream();
        for (var i = 0; i < values.Length; i++)
        {
            all.Write(values[i].Span);
            ends[i] = (uint)all.Length;
        }

        Add(name + "Ends", ends);
        Add(name + "Bytes", "u8", (int)all.Length, all.GetBuffer().AsSpan(0, (int)all.Length));
    }

    private void Add(string name, string type, int count, ReadOnlySpan<byte> bytes)
    {
        Index.Add((name, type, count));
        _bytes.Write(bytes);

        // Typed arrays begin at multiples of their element's size.
        _bytes.Write(stackalloc byte[-_bytes.WrittenCount & ((int)Aio2.Align - 1)]);
    }
}
