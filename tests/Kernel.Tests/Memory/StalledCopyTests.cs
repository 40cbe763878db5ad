using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Tests;

namespace AioV2.Kernel.Tests.Memory;

/// <summary>Copies to and from pages that are long in coming.</summary>
public sealed unsafe partial class StalledCopyTests
{
    /// <summary>An event's copy to a page that somebody else in the process had to bring stopped that somebody, once the collector waited
    /// for the copy: the process hung. Where that happens again the alarm ends it.</summary>
    [Theory, InlineData(false), InlineData(true), Requirement("SUBMIT-2", "RING-6")]
    public void A_collection_does_not_wait_for_a_page_that_the_kernel_waits_for(bool submits)
    {
        using var aio = Harness.Context();
        using var page = new StalledPage();
        if (!submits)
        {
            Assert.Equal(Iocb2.SizeOf, aio.Submit(Harness.Nop(1)));
        }

        long result = 0;
        var caller = new Thread(() => result = submits
            ? aio.Kernel.Submit(aio.Ctx, page.Address, Iocb2.SizeOf, null)
            : aio.Kernel.GetEvents(aio.Ctx, page.Address, IoEvent2.SizeOf, IoEvent2.SizeOf, null, 0));
        caller.Start();
        page.AwaitTouch();

        _ = alarm((uint)Harness.Patience);
        GC.Collect();
        _ = alarm(0);

        page.LetGo();
        Assert.True(caller.Join(TimeSpan.FromSeconds(Harness.Patience)));
        Assert.Equal(submits ? -Errno.EINVAL : IoEvent2.SizeOf, result);
    }

    /// <summary>When destroy returns, no buffer of the caller is in use: not even that of a call which had only begun to read it.</summary>
    [Theory, InlineData(false), InlineData(true), Requirement("DESTROY-1")]
    public void Destroy_waits_for_a_call_that_still_copies(bool submits)
    {
        using var aio = Harness.Context();
        using var page = new StalledPage();
        if (!submits)
        {
            Assert.Equal(Iocb2.SizeOf, aio.Submit(Harness.Nop(1)));
        }

        long result = 0;
        var caller = new Thread(() => result = submits
            ? aio.Kernel.Submit(aio.Ctx, page.Address, Iocb2.SizeOf, null)
            : aio.Kernel.GetEvents(aio.Ctx, page.Address, IoEvent2.SizeOf, IoEvent2.SizeOf, null, 0));
        caller.Start();
        page.AwaitTouch();

        var destroyer = new Destroyer(aio);
        destroyer.LetEnd();
        page.LetGo();
        Assert.True(caller.Join(TimeSpan.FromSeconds(Harness.Patience)));
        Assert.Equal((submits ? -Errno.EINVAL : IoEvent2.SizeOf, 0), (result, destroyer.Result()));
    }

    [LibraryImport("libc")]
    private static partial uint alarm(uint seconds);
}
