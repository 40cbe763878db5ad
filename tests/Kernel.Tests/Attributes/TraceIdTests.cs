using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Tests;

namespace AioV2.Kernel.Tests.Attributes;

/// <summary>TRACE_ID (ATTR-7).</summary>
public sealed class TraceIdTests() : AttributeLaws(Aio2AttrType.TraceId)
{
    protected override byte[] Sample => [.. Enumerable.Range(1, Aio2AttrTraceId.SizeOf).Select(i => (byte)i)];

    [Theory, MemberData(nameof(Engines)), Requirement("ATTR-7")]
    public void Each_request_gets_its_own_id_back(EngineKind engine)
    {
        using var bench = new AttributeBench(engine);
        for (ulong i = 0; i < 20; i++)
        {
            var record = Record.Of(bench.Iocb(Aio2Op.Pread, userData: i)).Payload(Info.Type, new Aio2AttrTraceId { High = ~i, Low = i }).Bytes;
            Assert.Equal(record.Length, bench.Aio.Submit(record));
        }

        foreach (var done in bench.Aio.Reap(20))
        {
            var id = MemoryMarshal.Read<Aio2RetTraceId>(Assert.Single(done.ReturnList()).Payload);
            Assert.Equal((~done.UserData, done.UserData), (id.High, id.Low));
        }
    }
}
