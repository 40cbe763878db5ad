using AioV2.Abi;
using AioV2.Abi.Calls;

namespace AioV2.Conformance.Tests.Mutants;

/// <summary>Where the last record of a run of events begins, and how many there are.</summary>
internal static unsafe class EventRun
{
    public static (long Last, int Count) Of(void* events, long bytes)
    {
        (long last, int count) = (0, 0);
        for (long at = 0; at < bytes; at += *(uint*)((byte*)events + at))
        {
            (last, count) = (at, count + 1);
        }

        return (last, count);
    }
}

internal sealed unsafe class LosesEvent(IAio2 inner) : Mutant(inner)
{
    public override long GetEvents(uint ctx, void* events, nuint bytes, nuint minBytes, Aio2Wait* wait, uint flags)
    {
        long result = Inner.GetEvents(ctx, events, bytes, minBytes, wait, flags);
        var (last, count) = result > 0 ? EventRun.Of(events, result) : default;
        return count >= 2 ? last : result;
    }
}

internal sealed unsafe class RepeatsEvent(IAio2 inner) : Mutant(inner)
{
    public override long GetEvents(uint ctx, void* events, nuint bytes, nuint minBytes, Aio2Wait* wait, uint flags)
    {
        long result = Inner.GetEvents(ctx, events, bytes, minBytes, wait, flags);
        if (result <= 0)
        {
            return result;
        }

        var (last, _) = EventRun.Of(events, result);
        long length = result - last;
        if ((ulong)(result + length) > bytes)
        {
            return result;
        }

        Buffer.MemoryCopy((byte*)events + last, (byte*)events + result, length, length);
        return result + length;
    }
}

internal sealed unsafe class FaultLosesEvent(IAio2 inner) : Mutant(inner)
{
    public override long GetEvents(uint ctx, void* events, nuint bytes, nuint minBytes, Aio2Wait* wait, uint flags)
    {
        long result = Inner.GetEvents(ctx, events, bytes, minBytes, wait, flags);
        if (result == -Errno.EFAULT)
        {
            byte* lost = stackalloc byte[24];
            _ = Inner.GetEvents(ctx, lost, 24, 0, null, 0);
        }

        return result;
    }
}

internal sealed unsafe class DoesNotWait(IAio2 inner) : Mutant(inner)
{
    public override long GetEvents(uint ctx, void* events, nuint bytes, nuint minBytes, Aio2Wait* wait, uint flags) =>
        Inner.GetEvents(ctx, events, bytes, minBytes > bytes ? minBytes : 0, wait, flags);
}

internal sealed unsafe class TakesMinAboveBytes(IAio2 inner) : Mutant(inner)
{
    public override long GetEvents(uint ctx, void* events, nuint bytes, nuint minBytes, Aio2Wait* wait, uint flags) =>
        Inner.GetEvents(ctx, events, bytes, minBytes > bytes ? 0 : minBytes, wait, flags);
}

internal sealed unsafe class ChangesUserData(IAio2 inner) : Mutant(inner)
{
    public override long GetEvents(uint ctx, void* events, nuint bytes, nuint minBytes, Aio2Wait* wait, uint flags)
    {
        long result = Inner.GetEvents(ctx, events, bytes, minBytes, wait, flags);
        if (result > 0)
        {
            // The mistake of an implementation that keeps 32 bits of it.
            ((IoEvent2*)events)->UserData &= uint.MaxValue;
        }

        return result;
    }
}
