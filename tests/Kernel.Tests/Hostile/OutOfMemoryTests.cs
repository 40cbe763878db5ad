using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Tests;

namespace AioV2.Kernel.Tests.Hostile;

/// <summary>Where memory is out, calls say so; found by reading: the copy of a run threw.</summary>
[Collection(nameof(Alone))]
public sealed unsafe class OutOfMemoryTests
{
    [Fact, Requirement("ERR-1")]
    public void A_run_for_whose_copy_there_is_no_memory_is_ENOMEM()
    {
        using var aio = Harness.Context(nrReqs: 32_768, flags: 0);
        var bytes = (nuint)(Aio2.SubmitMax / Iocb2.SizeOf * Iocb2.SizeOf);
        var run = (Iocb2*)NativeMemory.AllocZeroed(Aio2.SubmitMax);
        for (nuint i = 0; i < bytes / Iocb2.SizeOf; i++)
        {
            run[i] = Harness.Nop(i);
        }

        var before = aio.Kernel.Submit(aio.Ctx, run, bytes, null);
        long meanwhile;
        using (new AddressSpace())
        {
            meanwhile = aio.Kernel.Submit(aio.Ctx, run, bytes, null);
        }

        Assert.Equal((long)bytes, before);
        Assert.Equal(-Errno.ENOMEM, meanwhile);

        // Nothing was changed: all slots but those of the first run are free.
        Assert.Equal((32_768 - ((long)bytes / Iocb2.SizeOf)) * Iocb2.SizeOf, aio.Kernel.Submit(aio.Ctx, run, bytes, null));
        NativeMemory.Free(run);
    }
}
