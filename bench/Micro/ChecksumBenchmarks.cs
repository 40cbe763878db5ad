using AioV2.Attributes.Checksums;
using BenchmarkDotNet.Attributes;

namespace AioV2.Bench.Micro;

/// <summary>The checksums of CHECKSUM and PI.</summary>
[MemoryDiagnoser]
public class ChecksumBenchmarks
{
    private byte[] _data = [];

    [Params(512, 4096)]
    public int Bytes { get; set; }

    [GlobalSetup]
    public void MakeData() => _data = [.. Enumerable.Range(0, Bytes).Select(i => (byte)((i * 7) + 3))];

    [Benchmark]
    public uint Crc32c() => Crc32C.Compute(0, _data);

    [Benchmark]
    public ulong Crc64() => Crc64Nvme.Compute(0, _data);

    [Benchmark]
    public ushort T10Dif() => CrcT10Dif.Compute(0, _data);

    [Benchmark]
    public ushort Ip() => IpChecksum.Compute(_data);
}
