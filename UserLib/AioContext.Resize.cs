using AioV2.Abi;
using AioV2.Abi.Calls;

namespace AioV2.UserLib;

/// <remarks>RING-11: the ring may change its place and size while events are reaped.</remarks>
public sealed unsafe partial class AioContext
{
    private readonly Lock _ringGate = new();

    /// <summary>Gives the context a ring of another size, while it runs; no event is lost or comes out of turn (RING-11).</summary>
    /// <param name="ringBytes">A power of two from 4096 to 2^30; 0 takes the default of 64 KiB.</param>
    /// <returns>False where the kernel is busy: the ring before the last is not reaped yet, or an accepted event
    /// is larger than the new ring takes. Reap, then try again.</returns>
    /// <exception cref="Aio2Exception">EINVAL: the ring is private, or the size will not do. EOPNOTSUPP: not offered.</exception>
    public bool TryResize(int ringBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(ringBytes);
        lock (_ringGate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);

            // What an earlier move left; -EBUSY and "there is none" are told again by what follows.
            _ = _kernel.RingCtl(Id, Aio2Ctl.Release, 0);
            var info = new Aio2RingInfo { Size = Aio2RingInfo.SizeOf, RingBytes = (uint)ringBytes };
            var result = _kernel.RingCtl(Id, Aio2Ctl.Resize, (ulong)&info);
            if (result == -Errno.EBUSY)
            {
                return false;
            }

            ThrowIfGone(result);
            _ = CallErrors.Check(result, "io_ring_ctl2(RESIZE)", null);
            Use(info);
            return true;
        }
    }

    // For a reaper that finds its ring empty with MOVED, because somebody has called RESIZE past this library.
    private void Follow(RingMapping ring)
    {
        lock (_ringGate)
        {
            if (_ring != ring || _disposed)
            {
                return;
            }

            var info = new Aio2RingInfo { Size = Aio2RingInfo.SizeOf };
            var result = _kernel.RingCtl(Id, Aio2Ctl.GetRing, (ulong)&info);
            ThrowIfGone(result);
            _ = CallErrors.Check(result, "io_ring_ctl2(GET_RING)", null);
            Use(info);

            // Fails while events are left in it, which a call then takes; the next TryResize releases it.
            _ = _kernel.RingCtl(Id, Aio2Ctl.Release, 0);
        }
    }

    // Those who still look at the old mapping keep it; the last of them lets it be unmapped.
    private void Use(in Aio2RingInfo info)
    {
        RingBytes = (int)info.RingBytes;
        MaxEventBytes = (int)info.MaxEventBytes;
        Volatile.Write(ref _ring, new RingMapping(info.RingAddr, info.RingMapBytes, _options.SingleReaper));
    }
}
