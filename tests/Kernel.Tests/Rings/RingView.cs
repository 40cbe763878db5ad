using AioV2.Abi;
using AioV2.Abi.Ring;

namespace AioV2.Kernel.Tests;

/// <summary>What io_ring_ctl2 is asked and tells, and a reaper over it.</summary>
internal static unsafe class RingView
{
    public static long Resize(this Harness aio, uint ringBytes, out Aio2RingInfo info, uint flags = 0, int fd = 0, ulong address = 0)
    {
        var asked = new Aio2RingInfo { Size = Aio2RingInfo.SizeOf, RingBytes = ringBytes, Flags = flags, RingFd = fd, RingAddr = address };
        var result = aio.Kernel.RingCtl(aio.Ctx, Aio2Ctl.Resize, (ulong)&asked);
        info = asked;
        return result;
    }

    public static Aio2RingInfo GetRing(this Harness aio)
    {
        var info = new Aio2RingInfo { Size = Aio2RingInfo.SizeOf };
        Assert.Equal(0, aio.Kernel.RingCtl(aio.Ctx, Aio2Ctl.GetRing, (ulong)&info));
        return info;
    }

    public static long Release(this Harness aio) => aio.Kernel.RingCtl(aio.Ctx, Aio2Ctl.Release, 0);

    /// <summary>The header of the ring of this info.</summary>
    public static Aio2Ring* Header(this in Aio2RingInfo info) => (Aio2Ring*)info.RingAddr;

    public static Aio2RingUser* User(this in Aio2RingInfo info) => (Aio2RingUser*)(info.RingAddr + info.UserOffset);

    public static RingReaper Reaper(ulong address, ulong mapBytes, bool single = false)
    {
        Assert.Equal(RingOpenStatus.Ok, RingReaper.Open((byte*)address, mapBytes, single, out var reaper));
        return reaper!;
    }

    public static RingReaper Reaper(this in Aio2RingInfo info, bool single = false) => Reaper(info.RingAddr, info.RingMapBytes, single);

    public static RingReaper Reaper(this Harness aio, bool single = false) => Reaper(aio.Params.RingAddr, aio.Params.RingMapBytes, single);

    /// <summary>One event through a reaper: its user_data, or null and why.</summary>
    public static ulong? Read(this RingReaper reaper, out RingStatus status)
    {
        Span<byte> buffer = stackalloc byte[(int)Aio2.EventMax];
        status = reaper.TryRead(buffer, out var bytes);
        return status == RingStatus.Event ? Assert.Single(Event.Split(buffer[..bytes])).UserData : null;
    }
}
