using AioV2.Abi;

namespace AioV2.Conformance.Model;

/// <summary>What SUBMIT-4 says of an iocb's descriptor: open, its access mode, and offsets on streams.</summary>
internal static class DescriptorRules
{
    /// <summary>Adds what the descriptor can be refused for; true where it may still be accepted.</summary>
    public static bool Read(in Iocb2 iocb, OpInfo op, List<Refusal> refusals)
    {
        if (!op.Uses.HasFlag(IocbFields.Fd))
        {
            return true;
        }

        var kind = ModelWorld.KindOf(iocb.Fd);
        if (kind is FdKind.Closed or FdKind.Unknown)
        {
            refusals.Add(new Refusal(Aio2Reason.FdBad, Iocb2.At.Fd, "SUBMIT-4"));
            if (kind == FdKind.Unknown)
            {
                refusals.Add(new Refusal(Aio2Reason.FdMode, Iocb2.At.Fd, "SUBMIT-4"));
                refusals.Add(new Refusal(Aio2Reason.FdKind, Iocb2.At.Fd, "SUBMIT-4"));
                refusals.Add(new Refusal(Aio2Reason.OffsetStream, Iocb2.At.Offset, "SUBMIT-4"));
                refusals.Add(new Refusal(Aio2Reason.NotPermitted, Iocb2.At.Fd, "SUBMIT-4"));
            }

            return kind == FdKind.Unknown;
        }

        bool wrongMode = op.Direction switch
        {
            DataDirection.Read => kind is FdKind.WriteFile or FdKind.PipeWrite,
            DataDirection.Write => kind is FdKind.ReadFile or FdKind.PipeRead,
            _ => false,
        };
        if (wrongMode)
        {
            refusals.Add(new Refusal(Aio2Reason.FdMode, Iocb2.At.Fd, "SUBMIT-4"));
            return false;
        }

        return Kind(iocb, op, kind, refusals);
    }

    private static bool Kind(in Iocb2 iocb, OpInfo op, FdKind kind, List<Refusal> refusals)
    {
        bool stream = kind is FdKind.PipeRead or FdKind.PipeWrite;
        if (op.Uses.HasFlag(IocbFields.Offset) && iocb.Offset != -1 && (stream || kind == FdKind.Eventfd))
        {
            refusals.Add(new Refusal(Aio2Reason.OffsetStream, Iocb2.At.Offset, "SUBMIT-4"));
            // An eventfd takes offsets on some kernels: only pipes are streams for certain.
            return !stream;
        }

        if (op.Opcode is Aio2Op.Fsync or Aio2Op.Fdsync && (stream || kind == FdKind.Eventfd))
        {
            refusals.Add(new Refusal(Aio2Reason.FdKind, Iocb2.At.Fd, "SUBMIT-4"));
        }

        return true;
    }
}
