using AioV2.Abi;
using AioV2.Abi.Ring;
using AioV2.Kernel.Contexts;

namespace AioV2.Kernel;

public sealed unsafe partial class EmbeddedKernel
{
    /// <summary>Flags of io_setup2 that are accepted.</summary>
    internal const uint SetupFlags =
        Aio2Setup.UserReap | Aio2Setup.SingleReaper | Aio2Setup.RingFd | Aio2Setup.RingAddr | Aio2Setup.Eventfd
        | Aio2Setup.Probe | Aio2Setup.SubmitAll | Aio2Setup.At | Aio2Setup.Defer;

    /// <summary>Features that are offered (SETUP-4).</summary>
    internal const ulong Features =
        Aio2Feat.UserReap | Aio2Feat.RingFd | Aio2Feat.RingAddr | Aio2Feat.Resize | Aio2Feat.Defer | Aio2Feat.Pi | Aio2Feat.SetupAt
        | Aio2Feat.PollMulti | Aio2Feat.PollLevel | Aio2Feat.Syscall;

    private static readonly int PageBytes = Environment.SystemPageSize;

    /// <inheritdoc/>
    public long Setup(uint version, uint flags, Aio2Params* parameters, nuint size)
    {
        if (!OwnerPage.IsOwner)
        {
            return -Errno.ENOSYS;
        }

        if (size < Aio2Params.FirstSizeOf)
        {
            return -Errno.EINVAL;
        }

        Memory.Verify();
        var user = (ulong)parameters;
        if (version != Aio2.Version)
        {
            // A caller can negotiate before any ring exists (SETUP-1); whether that can be written changes nothing.
            var versions = stackalloc uint[] { Aio2.Version, Aio2.Version };
            _ = Memory.CopyOut(user, versions, 2 * sizeof(uint));
            return -Errno.EINVAL;
        }

        Aio2Params wanted = default;
        var result = size > Aio2.StructMax ? -Errno.E2BIG : Memory.CopyStructIn(&wanted, (nuint)sizeof(Aio2Params), user, size);
        if (result == 0 && Memory.ProbeWritable(user, (nuint)sizeof(Aio2Params)) != 0)
        {
            result = -Errno.EFAULT;
        }

        result = result != 0 ? result : Judge(flags, ref wanted);
        return result != 0 ? result : Make(flags, wanted, user);
    }

    // Flags, reserved fields, features, sizes, descriptors: in the order of ERR-1. Fills in the defaults.
    private static int Judge(uint flags, ref Aio2Params wanted)
    {
        const uint NeedsUserReap = Aio2Setup.SingleReaper | Aio2Setup.RingFd | Aio2Setup.RingAddr;
        const uint Places = Aio2Setup.RingFd | Aio2Setup.RingAddr;
        var isShared = (flags & Aio2Setup.UserReap) != 0;
        if ((flags & ~SetupFlags) != 0 || ((flags & NeedsUserReap) != 0 && !isShared) || (flags & Places) == Places)
        {
            return -Errno.EINVAL;
        }

        var hasEventFd = (flags & Aio2Setup.Eventfd) != 0;
        if ((flags & Aio2Setup.Defer) != 0 && (isShared || hasEventFd))
        {
            // A sleeper would wait for completions that nobody runs (SETUP-12).
            return -Errno.EINVAL;
        }

        if ((wanted.Reserved[0] | wanted.Reserved[1] | wanted.Reserved[2]) != 0
            || (wanted.Ctx != 0) != ((flags & Aio2Setup.At) != 0)
            || ((flags & Aio2Setup.RingFd) == 0 && (wanted.RingFd != 0 || wanted.RingOffset != 0))
            || ((flags & Aio2Setup.RingAddr) == 0 && wanted.RingAddr != 0)
            || (!hasEventFd && wanted.Eventfd != 0))
        {
            return -Errno.EINVAL;
        }

        if ((wanted.Features & ~Features) != 0)
        {
            return -Errno.EOPNOTSUPP;
        }

        wanted.RingBytes = wanted.RingBytes == 0 ? Aio2.RingBytesDefault : wanted.RingBytes;
        wanted.NrReqs = wanted.NrReqs == 0 ? Aio2.NrReqsDefault : wanted.NrReqs;
        if (!RingLayout.IsValidRingBytes(wanted.RingBytes))
        {
            return -Errno.EINVAL;
        }

        return hasEventFd ? EventFdSignal.Check(wanted.Eventfd) : 0;
    }

    // The ring's place, the id, memory, then the ceiling; nothing stays of what fails (SETUP-10).
    private int Make(uint flags, in Aio2Params wanted, ulong user)
    {
        var layout = RingLayout.For(wanted.RingBytes, PageBytes);
        var result = RingPlace.Judge(flags, wanted.RingFd, wanted.RingOffset, wanted.RingAddr, layout, out var place);
        using (place)
        {
            if (result == 0 && (flags & Aio2Setup.At) != 0 && _contexts.Find(wanted.Ctx) is not null)
            {
                result = -Errno.EEXIST;
            }

            var answer = Answer(flags, wanted, layout, place);
            return result != 0 ? result
                : (flags & Aio2Setup.Probe) == 0 ? Make(flags, wanted, answer, place, user)
                : wanted.NrReqs > _contexts.Ceiling - Math.Min(_contexts.Slots, _contexts.Ceiling) ? -Errno.EAGAIN
                : Memory.CopyOut(user, &answer, (nuint)sizeof(Aio2Params));
        }
    }

    private int Make(uint flags, in Aio2Params wanted, Aio2Params answer, in RingPlace place, ulong user)
    {
        var context = new Context(this, wanted.NrReqs, answer.MaxEventBytes, (flags & Aio2Setup.SubmitAll) != 0, (flags & Aio2Setup.Defer) != 0);
        var result = Equip(context, flags, wanted, place);
        if (result == 0 && !_contexts.TryTakeSlots(wanted.NrReqs))
        {
            result = -Errno.EAGAIN;
        }

        if (result == 0 && !Register(context, flags, wanted.Ctx))
        {
            _contexts.ReturnSlots(wanted.NrReqs);
            result = -Errno.EEXIST;
        }

        if (result != 0)
        {
            context.Abandon();
            return result;
        }

        answer.Ctx = context.Id;
        answer.RingAddr = context.Ring is { } ring ? (ulong)ring.User : 0;
        result = Memory.CopyOut(user, &answer, (nuint)sizeof(Aio2Params));
        if (result != 0)
        {
            context.Ring?.UnmapUser();
            _ = context.Destroy();
        }

        return result;
    }

    private bool Register(Context context, uint flags, uint id)
    {
        if ((flags & Aio2Setup.At) != 0)
        {
            return _contexts.TryAddAt(context, id, static c => c.Begin());
        }

        _contexts.Add(context, static c => c.Begin());
        return true;
    }

    private static int Equip(Context context, uint flags, in Aio2Params wanted, in RingPlace place)
    {
        if ((flags & Aio2Setup.Eventfd) != 0)
        {
            if (EventFdSignal.Open(wanted.Eventfd, out var error) is not { } signal)
            {
                return error;
            }

            _ = context.ReplaceEventFd(signal);
        }

        if ((flags & Aio2Setup.UserReap) != 0)
        {
            if (RingMemory.Create(place, RingLayout.For(wanted.RingBytes, PageBytes), out var error) is not { } memory)
            {
                return error;
            }

            context.UseRing(memory);
        }

        return 0;
    }

    private static Aio2Params Answer(uint flags, in Aio2Params wanted, in RingLayout layout, in RingPlace place)
    {
        var answer = wanted;
        answer.VersionMin = answer.VersionMax = Aio2.Version;
        answer.Features = Features;
        answer.MaxEventBytes = layout.MaxEventBytes;
        var isShared = (flags & Aio2Setup.UserReap) != 0;
        answer.UserOffset = isShared ? layout.UserOffset : 0;
        answer.DataOffset = isShared ? layout.DataOffset : 0;
        answer.RingMapBytes = isShared ? place.MapBytes : 0;
        return answer;
    }
}
