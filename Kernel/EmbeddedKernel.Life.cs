using AioV2.Abi;
using AioV2.Kernel.Contexts;
using AioV2.Kernel.Engines;

namespace AioV2.Kernel;

/// <remarks>What looks at or ends requests in flight, io_cancel2 and io_list2; and io_issue2, which has none.</remarks>
public sealed unsafe partial class EmbeddedKernel
{
    /// <inheritdoc/>
    public long Cancel(uint ctx, ulong userData, uint flags)
    {
        if (Find(ctx) is not { } context || !context.TryEnter())
        {
            return -Errno.ENXIO;
        }

        var result = (flags & ~Aio2Cancel.Known) != 0 ? -Errno.EINVAL : context.Cancel(userData, flags);
        context.Exit();
        return result;
    }

    /// <inheritdoc/>
    public long List(uint ctx, ulong* cursor, void* buffer, nuint bytes)
    {
        if (Find(ctx) is not { } context || !context.TryEnter())
        {
            return -Errno.ENXIO;
        }

        long result = Memory.Read<ulong>((ulong)cursor, out var from);
        if (result == 0)
        {
            result = Memory.ProbeWritable((ulong)cursor, sizeof(ulong));
        }

        if (result == 0)
        {
            result = context.List(from, (ulong)buffer, bytes, out var next);
            if (result >= 0 && Memory.Write((ulong)cursor, next) != 0)
            {
                result = -Errno.EFAULT;
            }
        }

        context.Exit();
        return result;
    }

    /// <inheritdoc/>
    public long Issue(void* iocb, nuint iocbBytes, void* eventBuffer, nuint eventBytes, uint flags)
    {
        if (!OwnerPage.IsOwner)
        {
            return -Errno.ENOSYS;
        }

        if (flags != 0 || iocbBytes < Iocb2.SizeOf || iocbBytes > Aio2.IocbMax)
        {
            return -Errno.EINVAL;
        }

        var record = stackalloc byte[(int)iocbBytes];
        if (Memory.CopyIn(record, (ulong)iocb, iocbBytes) != 0
            || Memory.ProbeWritable((ulong)eventBuffer, Math.Min(eventBytes, IoEvent2.SizeOf)) != 0)
        {
            return -Errno.EFAULT;
        }

        if (IssuedRead.TryRun(Memory, (Iocb2*)record, iocbBytes, (ulong)eventBuffer, eventBytes, out var result))
        {
            return result;
        }

        var context = _callers.Take();
        result = context.Issue(record, (int)iocbBytes, (ulong)eventBuffer, (uint)Math.Min(eventBytes, Aio2.EventMax));
        _callers.Return(context);
        return result;
    }

    /// <inheritdoc cref="Context.LookAtMulti"/>
    internal (long OnList, bool IsTaken, long Noted, bool FinalWaits) LookAtMulti(uint ctx) => Find(ctx)!.LookAtMulti();
}
