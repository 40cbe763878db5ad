using AioV2.Abi;
using AioV2.Kernel.Engines.Calls;
using AioV2.Kernel.Linux;
using AioV2.Kernel.Memory;

namespace AioV2.Kernel.Submission;

/// <summary>Judges a SYSCALL: its struct is copied once, its number is on the list, and its open files are open (SUBMIT-7).</summary>
internal readonly unsafe ref struct CallJudge(UserMemory memory, Iocb2* iocb)
{
    /// <summary>Leaves the call in the scratch, as segments.</summary>
    public Refusal Judge(scoped ref RecordPlan plan, scoped ref SegmentScratch scratch)
    {
        plan.Segments = CallBlock.Segments;
        plan.SegmentsAt = scratch.Take(CallBlock.Segments);
        if (plan.SegmentsAt < 0)
        {
            return Refusal.NoMemory;
        }

        var block = (CallBlock*)scratch.At(plan.SegmentsAt);
        *block = default;
        if (memory.CopyIn(&block->Call, iocb->Addr, Aio2Syscall.SizeOf) != 0)
        {
            return new Refusal(Errno.EFAULT, Aio2Reason.MemoryFault, Iocb2.At.Addr);
        }

        if (!AllowList.Has(block->Call.Nr))
        {
            return new Refusal(Errno.EPERM, Aio2Reason.SyscallUnknown, Iocb2.At.Addr);
        }

        for (var i = 0; i < 6; i++)
        {
            if ((AllowList.Of(block->Call.Nr).Files >> i & 1) != 0 && Libc.FcntlGetFlags((int)block->Call.Args[i]) < 0)
            {
                return new Refusal(Errno.EBADF, Aio2Reason.FdBad, Iocb2.At.Addr);
            }
        }

        return Refusal.None;
    }
}
