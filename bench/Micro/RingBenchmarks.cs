using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Abi.Ring;
using BenchmarkDotNet.Attributes;

namespace AioV2.Bench.Micro;

/// <summary>One 32-byte record through the ring, by each way to reap; a batch is 64.</summary>
[MemoryDiagnoser]
public unsafe class RingBenchmarks
{
    private const uint RecordBytes = 32;
    private const int Batch = 64;
    private readonly byte[] _buffer = new byte[Batch * RecordBytes];
    private byte* _map;
    private RingProducer _producer = null!;
    private RingReaper _single = null!;
    private RingReaper _shared = null!;

    [GlobalSetup]
    public void MakeRing()
    {
        var layout = RingLayout.For(Aio2.RingBytesDefault, Environment.SystemPageSize);
        _map = (byte*)NativeMemory.AlignedAlloc((nuint)layout.MapBytes, (nuint)Environment.SystemPageSize);
        RingHeader.Format(_map, layout, layout.MaxEventBytes);
        _producer = new RingProducer(_map, layout);
        _ = RingReaper.Open(_map, layout.MapBytes, single: true, out _single!);
        _ = RingReaper.Open(_map, layout.MapBytes, single: false, out _shared!);
    }

    [GlobalCleanup]
    public void FreeRing() => NativeMemory.AlignedFree(_map);

    [Benchmark]
    public int WriteAndPeek()
    {
        Write();
        _ = _single.TryPeek(out var record);
        _single.Advance();
        return record.Length;
    }

    [Benchmark]
    public int WriteAndReadByCas()
    {
        Write();
        _ = _shared.TryRead(_buffer, out var bytes);
        return bytes;
    }

    [Benchmark(OperationsPerInvoke = Batch)]
    public int WriteAndReadInBatches()
    {
        for (var i = 0; i < Batch; i++)
        {
            Write();
        }
        _ = _shared.ReadBatch(_buffer, out var bytes);
        return bytes;
    }

    private void Write()
    {
        if (_producer.TryReserve(RecordBytes, out var place))
        {
            *(uint*)place = RecordBytes;
            *(uint*)(place + IoEvent2.At.Flags) = 0;
            _producer.Publish();
        }
    }
}
