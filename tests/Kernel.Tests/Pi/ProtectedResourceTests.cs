using AioV2.Abi;
using AioV2.Attributes.Pi;
using AioV2.Tests;

namespace AioV2.Kernel.Tests.Pi;

/// <summary>What requests on protected files take (design §5).</summary>
[Collection(nameof(Alone))]
public sealed unsafe class ProtectedResourceTests
{
    [Fact, Requirement("ATTR-8")]
    public void A_request_allocates_nothing_on_the_managed_heap()
    {
        using var pi = new PiFile(new PiFormat(PiType.Type1, PiGuard.Crc16), 4);
        pi.Fill(1);
        var records = new[] { Aio2Op.Pwrite, Aio2Op.Pread }.Select(op => pi.Record(op, 0, 512, pi.Attribute(1, PiFile.AllChecks, 7, 0))).ToArray();
        var events = stackalloc byte[256];
        for (var i = 0; i < 500; i++)
        {
            Round();
        }

        // The whole process; what a method takes that is compiled anew is far below a byte a request.
        var before = GC.GetTotalAllocatedBytes(precise: true);
        for (var i = 0; i < 5000; i++)
        {
            Round();
        }

        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 20000);

        void Round()
        {
            foreach (var record in records)
            {
                fixed (byte* p = record)
                {
                    _ = pi.Aio.Kernel.Submit(pi.Aio.Ctx, p, 88, null);
                }

                var got = pi.Aio.Kernel.GetEvents(pi.Aio.Ctx, events, 256, 24, null, 0);
                if (got <= 0 || ((IoEvent2*)events)->Res != 512)
                {
                    Assert.Fail($"events {got}, result {((IoEvent2*)events)->Res}");
                }
            }
        }
    }
}
