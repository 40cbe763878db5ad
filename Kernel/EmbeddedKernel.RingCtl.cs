using AioV2.Abi;
using AioV2.Abi.Ring;
using AioV2.Kernel.Contexts;

namespace AioV2.Kernel;

/// <remarks>io_ring_ctl2: the context's ring and eventfd while it lives (RING-10, RING-11).</remarks>
public sealed unsafe partial class EmbeddedKernel
{
    /// <inheritdoc/>
    public long RingCtl(uint ctx, uint op, ulong arg)
    {
        if (Find(ctx) is not { } context || !context.TryEnter())
        {
            return -Errno.ENXIO;
        }

        var result = op switch
        {
            // A private ring has no place that anybody could be told of.
            Aio2Ctl.Resize => context.Ring is null ? -Errno.EINVAL : Resize(context, arg),
            Aio2Ctl.GetRing => context.Ring is null ? -Errno.EINVAL : GetRing(context, arg),
            Aio2Ctl.Release => context.Ring is null || arg != 0 ? -Errno.EINVAL : context.ReleaseOldRing(),
            Aio2Ctl.EventfdAttach => context.TakesEventFd ? AttachEventFd(context, arg) : -Errno.EINVAL,
            Aio2Ctl.EventfdDetach => arg != 0 ? -Errno.EINVAL : context.ReplaceEventFd(null),
            _ => -Errno.EINVAL,
        };
        context.Exit();
        return result;
    }

    private static long AttachEventFd(Context context, ulong arg)
    {
        var signal = EventFdSignal.Open(arg > int.MaxValue ? -1 : (int)arg, out var error);
        return signal is null ? error : context.ReplaceEventFd(signal);
    }

    private long GetRing(Context context, ulong arg)
    {
        long result = ReadInfo(arg, out var info);
        if (result != 0)
        {
            return result;
        }

        if (info.Flags != 0 || info.RingFd != 0 || info.RingOffset != 0 || info.Reserved != 0)
        {
            return -Errno.EINVAL;
        }

        context.Describe(ref info);
        return Memory.Write(arg, info);
    }

    // In the order of setup: flags, reserved, sizes, descriptors; then what is busy; then memory.
    private long Resize(Context context, ulong arg)
    {
        long result = ReadInfo(arg, out var info);
        if (result != 0)
        {
            return result;
        }

        var byFd = (info.Flags & Aio2Setup.RingFd) != 0;
        var byAddress = (info.Flags & Aio2Setup.RingAddr) != 0;
        info.RingBytes = info.RingBytes == 0 ? Aio2.RingBytesDefault : info.RingBytes;
        if ((info.Flags & ~(Aio2Setup.RingFd | Aio2Setup.RingAddr)) != 0 || (byFd && byAddress) || info.Reserved != 0
            || (!byFd && (info.RingFd != 0 || info.RingOffset != 0))
            || (!byAddress && info.RingAddr != 0)
            || !RingLayout.IsValidRingBytes(info.RingBytes))
        {
            return -Errno.EINVAL;
        }

        var layout = RingLayout.For(info.RingBytes, PageBytes);
        result = RingPlace.Judge(info.Flags, info.RingFd, info.RingOffset, info.RingAddr, layout, out var place);
        using (place)
        {
            result = result != 0 ? result : context.CanResize(layout.MaxEventBytes);
            return result != 0 ? result : Resize(context, arg, ref info, place, layout);
        }
    }

    private long Resize(Context context, ulong arg, ref Aio2RingInfo info, in RingPlace place, in RingLayout layout)
    {
        if (RingMemory.Create(place, layout, out var error) is not { } memory)
        {
            return error;
        }

        var result = context.Resize(memory);
        if (result != 0)
        {
            memory.Drop();
            memory.UnmapUser();
            return result;
        }

        // Too late to refuse anything. That arg can be written was tried; if it has become unwritable since, GET_RING tells.
        context.Describe(ref info);
        return Memory.Write(arg, info);
    }

    private int ReadInfo(ulong arg, out Aio2RingInfo info)
    {
        var result = Memory.Read<uint>(arg, out var size);
        if (result == 0 && size is < Aio2RingInfo.FirstSizeOf or > Aio2.StructMax)
        {
            result = size < Aio2RingInfo.FirstSizeOf ? -Errno.EINVAL : -Errno.E2BIG;
        }

        Aio2RingInfo known = default;
        result = result != 0 ? result : Memory.CopyStructIn(&known, (nuint)sizeof(Aio2RingInfo), arg, size);
        result = result != 0 ? result : Memory.ProbeWritable(arg, (nuint)sizeof(Aio2RingInfo));
        info = known;
        return result;
    }
}
