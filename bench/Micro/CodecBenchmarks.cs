using AioV2.Abi;
using AioV2.Abi.Codecs;
using BenchmarkDotNet.Attributes;

namespace AioV2.Bench.Micro;

/// <summary>Packing an iocb and reading an event, with the attributes of the row <c>attributes/3</c>.</summary>
[MemoryDiagnoser]
public class CodecBenchmarks
{
    private readonly byte[] _iocb = new byte[256];
    private byte[] _event = [];

    [GlobalSetup]
    public void MakeEvent()
    {
        // 24 bytes fixed; TIMING 16 + 24, CACHE 16 + 16.
        _event = new byte[IoEvent2.SizeOf + 40 + 32];
        BitConverter.TryWriteBytes(_event, (uint)_event.Length);
        BitConverter.TryWriteBytes(_event.AsSpan(IoEvent2.SizeOf), 40u);
        BitConverter.TryWriteBytes(_event.AsSpan(IoEvent2.SizeOf + Aio2AttrRet.At.Type), Aio2AttrType.Timing);
        BitConverter.TryWriteBytes(_event.AsSpan(IoEvent2.SizeOf + 40), 32u);
        BitConverter.TryWriteBytes(_event.AsSpan(IoEvent2.SizeOf + 40 + Aio2AttrRet.At.Type), Aio2AttrType.Cache);
    }

    [Benchmark]
    public int PackPlainRead()
    {
        var writer = new IocbWriter(_iocb);
        writer.TryBegin(new Iocb2 { Opcode = Aio2Op.Pread, Fd = 3, Len = 4096 });
        return writer.Length;
    }

    [Benchmark]
    public int PackReadWithThreeAttributes()
    {
        var writer = new IocbWriter(_iocb);
        writer.TryBegin(new Iocb2 { Opcode = Aio2Op.Pread, Fd = 3, Len = 4096 });
        writer.TryAttribute(Aio2AttrType.Timing, 0);
        writer.TryAttribute(Aio2AttrType.Cache, 0);
        writer.TryAttribute(Aio2AttrType.TraceId, 0, new Aio2AttrTraceId { High = 1, Low = 2 });
        return writer.Length;
    }

    [Benchmark]
    public ulong ReadEventWithTwoReturns()
    {
        EventReader.Open(_event, out var e);
        var sum = e.UserData + (ulong)e.Res;
        var returns = e.Returns;
        while (returns.TryNext(out var one))
        {
            sum += (ulong)one.Status + one.Payload[0];
        }
        return sum;
    }
}
