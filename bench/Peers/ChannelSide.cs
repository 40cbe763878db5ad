using System.Diagnostics;
using System.Threading.Channels;
using AioV2.Bench.Harness;

namespace AioV2.Bench.Peers;

/// <summary>Records of 32 bytes through a <see cref="Channel{T}"/> with one reader and one writer, each on a thread of its own.</summary>
/// <param name="capacity">Records that a bounded one holds; 0 for one without bound.</param>
public sealed class ChannelSide(int capacity) : ISide
{
    private readonly record struct Record(ulong A, ulong B, ulong C, ulong D);

    /// <inheritdoc/>
    public Reading Run(long operations)
    {
        var channel = capacity == 0
            ? Channel.CreateUnbounded<Record>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true })
            : Channel.CreateBounded<Record>(new BoundedChannelOptions(capacity) { SingleReader = true, SingleWriter = true });
        var start = Stopwatch.GetTimestamp();
        var producer = new Thread(() => Produce(channel.Writer, operations));
        producer.Start();
        Consume(channel.Reader, operations);
        producer.Join();
        return new Reading(operations, Elapsed.Since(start));
    }

    /// <summary>Nothing is held between legs.</summary>
    public void Dispose()
    {
    }

    private static void Produce(ChannelWriter<Record> writer, long operations)
    {
        var spinner = default(SpinWait);
        for (long i = 0; i < operations; i++)
        {
            while (!writer.TryWrite(new Record((ulong)i, 1, 2, 3)))
            {
                spinner.SpinOnce(sleep1Threshold: -1);
            }
        }
    }

    private static void Consume(ChannelReader<Record> reader, long operations)
    {
        var spinner = default(SpinWait);
        for (long i = 0; i < operations; i++)
        {
            Record record;
            while (!reader.TryRead(out record))
            {
                spinner.SpinOnce(sleep1Threshold: -1);
            }
            if (record.A != (ulong)i)
            {
                throw new BenchException("the channel lost a record");
            }
        }
    }
}
