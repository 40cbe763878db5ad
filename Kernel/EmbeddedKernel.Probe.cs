using System.Text;
using AioV2.Abi;
using AioV2.Kernel.Attributes;
using AioV2.Kernel.Engines.Calls;
using AioV2.Kernel.Submission;

namespace AioV2.Kernel;

public sealed unsafe partial class EmbeddedKernel
{
    private const int AnswerBytesMax = 1024;

    /// <inheritdoc/>
    public long Probe(uint what, void* buffer, nuint bytes)
    {
        if (what is 0 or > Aio2Probe.Last)
        {
            return -Errno.EINVAL;
        }

        if (what == Aio2Probe.Accounts)
        {
            return ProbeAccounts((ulong)buffer, bytes);
        }

        var answer = stackalloc byte[AnswerBytesMax];
        var length = what switch
        {
            Aio2Probe.Kernel => ProbeKernel((Aio2ProbeKernel*)answer),
            Aio2Probe.Ops => ProbeOps((Aio2ProbeOp*)answer),
            Aio2Probe.Attrs => ProbeAttributes((Aio2ProbeAttr*)answer),
            Aio2Probe.Engines => ProbeEngines((Aio2ProbeEngine*)answer),

            _ => ProbeCalls((Aio2ProbeSyscall*)answer),
        };
        if ((nuint)length > bytes)
        {
            return -Errno.EMSGSIZE;
        }

        var result = Memory.CopyOut((ulong)buffer, answer, (nuint)length);
        return result != 0 ? result : length;
    }

    private int ProbeKernel(Aio2ProbeKernel* answer)
    {
        *answer = new Aio2ProbeKernel
        {
            Size = Aio2ProbeKernel.SizeOf,
            VersionMin = Aio2.Version,
            VersionMax = Aio2.Version,
            SetupFlags = SetupFlags,
            Features = Features,
            RingBytesMin = Aio2.RingBytesMin,
            RingBytesMax = Aio2.RingBytesMax,
            EventMax = Aio2.EventMax,
            IocbMax = Aio2.IocbMax,
            SubmitMax = Aio2.SubmitMax,
            UserMemory = Memory.Kind,
            ReqsCeiling = _contexts.Ceiling,
            ReqsUsed = _contexts.Slots,
        };
        Name(answer->Engine, 16, Engine.Name);
        Convert.FromHexString(Aio2.SpecHash).CopyTo(new Span<byte>(answer->SpecHash, 32));
        return Aio2ProbeKernel.SizeOf;
    }

    private static int ProbeOps(Aio2ProbeOp* answer)
    {
        var count = 0;
        foreach (ref readonly var op in Aio2Catalog.Ops.AsSpan())
        {
            if (RecordValidator.IsSupported(op.Opcode))
            {
                answer[count] = new Aio2ProbeOp
                {
                    Size = Aio2ProbeOp.SizeOf,
                    Opcode = op.Opcode,
                    IocbFlags = op.IocbFlags,
                    RwFlags = op.RwFlags,
                };
                Name(answer[count++].Name, 16, op.Name);
            }
        }

        return count * Aio2ProbeOp.SizeOf;
    }

    private static int ProbeCalls(Aio2ProbeSyscall* answer)
    {
        var count = 0;
        for (uint nr = 1; AllowList.Has(nr); nr++)
        {
            answer[count] = new Aio2ProbeSyscall { Size = Aio2ProbeSyscall.SizeOf, Nr = nr };
            Name(answer[count++].Name, 24, AllowList.Of(nr).Name);
        }

        return count * Aio2ProbeSyscall.SizeOf;
    }

    private static int ProbeAttributes(Aio2ProbeAttr* answer)
    {
        var count = 0;
        foreach (var handler in AttributeHandlers.All)
        {
            var info = handler.Info;
            answer[count] = new Aio2ProbeAttr
            {
                Size = Aio2ProbeAttr.SizeOf,
                Type = info.Type,
                Direction = (info.InSize != 0 ? Aio2Dir.In : 0) | (info.OutSize != 0 ? Aio2Dir.Out : 0),
                InMin = (uint)info.InFirstSize,
                InSize = (uint)info.InSize,
                OutSize = (uint)info.OutSize,
                Opcodes = info.Opcodes,
            };
            Name(answer[count++].Name, 16, info.Name);
        }

        return count * Aio2ProbeAttr.SizeOf;
    }

    // Up to AIO2_ACCOUNT_TAGS_MAX of them: the one answer that is not small.
    private long ProbeAccounts(ulong buffer, nuint bytes)
    {
        var answer = Accounts.Totals();
        var length = (nuint)(answer.Length * Aio2ProbeAccount.SizeOf);
        if (length > bytes)
        {
            return -Errno.EMSGSIZE;
        }

        fixed (Aio2ProbeAccount* totals = answer)
        {
            var result = Memory.CopyOut(buffer, totals, length);
            return result != 0 ? result : (long)length;
        }
    }

    private int ProbeEngines(Aio2ProbeEngine* answer)
    {
        var count = 0;
        foreach (var engine in Engines)
        {
            answer[count] = new Aio2ProbeEngine
            {
                Size = Aio2ProbeEngine.SizeOf,
                Usable = engine.IsUsable ? (ushort)1 : (ushort)0,
                Chosen = engine.IsChosen ? (ushort)1 : (ushort)0,
            };
            Name(answer[count].Name, 16, engine.Name);
            Name(answer[count++].Why, 64, engine.Why);
        }

        return count * Aio2ProbeEngine.SizeOf;
    }

    // NUL-terminated, cut where it is too long.
    private static void Name(byte* field, int bytes, string name)
    {
        var text = Encoding.ASCII.GetBytes(name);
        var length = Math.Min(text.Length, bytes - 1);
        new Span<byte>(field, bytes).Clear();
        text.AsSpan(0, length).CopyTo(new Span<byte>(field, length));
    }
}
