using AioV2.Abi;
using AioV2.Tests;

namespace AioV2.Kernel.Tests;

/// <summary>Contexts are found by their ids, however many share a place in the table.</summary>
public sealed unsafe class ContextTableTests
{
    [Fact, Requirement("ERR-1", "DESTROY-1")]
    public void Each_of_many_contexts_is_found_until_it_is_destroyed_whichever_goes_first()
    {
        using var kernel = Harness.NewKernel();
        var ids = new List<uint>();
        for (var i = 0; i < 200; i++)
        {
            var parameters = new Aio2Params { NrReqs = 1, RingBytes = 4096 };
            Assert.Equal(0, kernel.Setup(Aio2.Version, 0, &parameters, Aio2Params.SizeOf));
            ids.Add(parameters.Ctx);
        }

        var random = new Random(14);
        foreach (var gone in ids.ToArray().OrderBy(_ => random.Next()))
        {
            Assert.Equal(0, kernel.Destroy(gone));
            Assert.True(ids.Remove(gone));
            Assert.Equal(-Errno.ENXIO, kernel.Submit(gone, null, 0, null));
            Assert.All(ids, id => Assert.Equal(0, kernel.Submit(id, null, 0, null)));
        }
    }
}
