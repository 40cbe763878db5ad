using AioV2.Abi;
using AioV2.Abi.Trace;
using AioV2.Kernel.Tracing;

namespace AioV2.Kernel.Tests.Tracing;

/// <summary>A stream whose writer is the test.</summary>
public sealed unsafe class TraceStreamTests : IDisposable
{
    private const int Now = 1000;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("aio2-stream-");

    public void Dispose() => _folder.Delete(recursive: true);

    private static bool Tell(TraceStream stream, ulong first)
    {
        var entry = stream.Begin(Aio2TraceKind.Accept, Now);
        if (entry == null)
        {
            return false;
        }

        new Span<ulong>(entry, TraceStream.Numbers(Aio2TraceKind.Accept)).Clear();
        entry[Aio2TraceAccept.First] = first;
        stream.End();
        return true;
    }

    [Fact]
    public void Behind_a_full_stream_nothing_is_kept_until_it_has_rested_and_the_loss_is_told_first()
    {
        var path = Path.Combine(_folder.FullName, "a.trace");
        ulong kept = 0;
        using (var trace = KernelTrace.Create(Path.Combine(_folder.FullName, "other.trace")))
        using (var file = new TraceFileWriter(path, new TraceStart("kernel", "threads", "a program", 1, 0, 0)))
        {
            var (stream, sink) = (new TraceStream(trace, 7), new TraceSink(file, long.MaxValue));
            while (Tell(stream, kept))
            {
                Assert.True(++kept <= TraceStream.Bytes, "the stream is never full");
            }

            Assert.False(stream.Follows);
            Assert.True(stream.Drain(sink));
            Assert.Equal(TraceStream.RestMs, stream.Rest(Now));
            Assert.False(Tell(stream, 0));
            Assert.Equal(4, stream.Rest(Now + TraceStream.RestMs - 4));
            Assert.False(stream.Follows);
            stream.Miss(3);
            Assert.Equal(0, stream.Rest(Now + TraceStream.RestMs));
            Assert.True(stream.Follows);
            Assert.True(Tell(stream, kept));
            Assert.Equal(0, stream.Rest(Now + TraceStream.RestMs + 1));
            stream.Close();
            Assert.False(stream.Drain(sink));
            Assert.Equal(5ul, stream.Lost);
            file.Close(Now, stream.Lost, "closed");
        }

        var records = TraceFile.Open(path).Read().ToList();
        var lost = records.FindIndex(r => r.Kind == Aio2TraceKind.Lost);
        Assert.Equal((7ul, 5ul), (records[lost].Number(Aio2TraceLost.Ctx), records[lost].Number(Aio2TraceLost.Count)));
        Assert.Equal(kept, records[lost + 1].Number(Aio2TraceAccept.First));
        Assert.Equal(kept + 1, (ulong)records.Count(r => r.Kind == Aio2TraceKind.Accept));
    }
}
