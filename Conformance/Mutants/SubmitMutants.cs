using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Abi.Calls;
using AioV2.Conformance.World;

namespace AioV2.Conformance.Mutants;

/// <summary>Mistakes of io_submit2 that concern whole records.</summary>
internal static unsafe class SubmitMutants
{
    public static IReadOnlyList<Mutant> All { get; } =
    [
        Answers("counts records instead of bytes", "SUBMIT-1", (result, iocbs, _, _) => result > 0 ? EventRun.Of(iocbs, result).Count : result),
        Answers("tells one record too many of a partial submission", "SUBMIT-1", (result, iocbs, bytes, _) => Bad(iocbs, result, bytes) ? Math.Min(result + Iocb2.SizeOf, bytes) : result),
        Answers("drops the error of a later record", "SUBMIT-1", (result, iocbs, bytes, _) => Bad(iocbs, result, bytes) ? bytes : result),
        new("stops at a refused record in spite of SUBMIT_ALL", MutantKind.Answer, ["SUBMIT-1"],
            inner => new Altered(inner) { OnSetup = (version, flags, p, size) => inner.Setup(version, flags & ~Aio2Setup.SubmitAll, p, size) }),
        Records("ignores unknown iocb flags", "SUBMIT-3", (ref record) => record.Flags &= Aio2IocbFlags.Known),
        Make("does not mind a length that is no multiple of 8", "SUBMIT-3", OddLength),
        Records("runs an unknown opcode as a NOP", "SUBMIT-3", (ref record) => record.Opcode = record.Opcode > Aio2Op.Last ? Aio2Op.Nop : record.Opcode),
        Records("takes any negative offset for the file position", "SUBMIT-4", (ref record) => record.Offset = Transfers(record) ? Math.Max(record.Offset, -1) : record.Offset),
        Answers("says -EINVAL for every fault of a descriptor", "SUBMIT-4", (result, _, _, _) => result is -Errno.EBADF or -Errno.ESPIPE ? -Errno.EINVAL : result),
        Records("ignores rw_flags", "SUBMIT-7", (ref record) => record.RwFlags = Transfers(record) ? 0 : record.RwFlags),
        Make("does not clear ext", "SUBMIT-5", LeavesExt),
        Extack("tells the field's offset in its record", "SUBMIT-5", ext => ext->FieldOffset -= ext->RecordOffset),
        new("dies of an opcode above 1000", MutantKind.Answer, ["SUBMIT-3", "ERR-1"], inner => new Altered(inner) { OnSubmit = DiesOfOpcode(inner) }),
    ];

    private delegate long AnswerChange(long result, void* iocbs, long bytes, Aio2Extack* ext);

    private delegate void IocbChange(ref Iocb2 iocb);

    private delegate void ExtackChange(Aio2Extack* ext);

    private static Mutant Make(string name, string requirement, Func<IAio2, SubmitCall> body) =>
        new(name, MutantKind.Answer, [requirement], inner => new Altered(inner) { OnSubmit = body(inner) });

    private static Mutant Answers(string name, string requirement, AnswerChange change) => Make(name, requirement, inner =>
        (ctx, iocbs, bytes, ext) => change(inner.Submit(ctx, iocbs, bytes, ext), iocbs, (long)bytes, ext));

    private static Mutant Records(string name, string requirement, IocbChange change) =>
        Make(name, requirement, inner => ChangedRecords.Submit(inner, record => change(ref MemoryMarshal.AsRef<Iocb2>(record))));

    private static Mutant Extack(string name, string requirement, ExtackChange change) => Make(name, requirement, inner => (ctx, iocbs, bytes, ext) =>
    {
        long result = inner.Submit(ctx, iocbs, bytes, ext);
        if (Sound(ext) && ext->Reason is not (0 or 0xeeeeeeee))
        {
            change(ext);
        }

        return result;
    });

    // Whether a bad record ended the submission, and no want of a slot.
    private static bool Bad(void* iocbs, long result, long bytes) =>
        result > 0 && result + Iocb2.SizeOf <= bytes && ((Iocb2*)((byte*)iocbs + result))->Fd < WorldLayout.PipeRead;

    private static bool Sound(Aio2Extack* ext) =>
        !WorldLayout.SurelyBad((ulong)ext) && !WorldLayout.SurelyBad((ulong)(ext + 1) - 1) && (ulong)ext >> 12 != WorldLayout.ReadOnlyPage >> 12;

    private static bool Transfers(in Iocb2 iocb) => iocb.Opcode is Aio2Op.Pread or Aio2Op.Pwrite or Aio2Op.Preadv or Aio2Op.Pwritev;

    private static SubmitCall OddLength(IAio2 inner) => (ctx, iocbs, bytes, ext) =>
    {
        if (!ChangedRecords.Readable(iocbs, bytes) || *(uint*)iocbs is var said && (said % Aio2.Align == 0 || said < Iocb2.SizeOf || said > bytes))
        {
            return inner.Submit(ctx, iocbs, bytes, ext);
        }

        byte* copy = ChangedRecords.Copy(iocbs, bytes, _ => { });
        *(uint*)copy &= ~(uint)(Aio2.Align - 1);
        long result = inner.Submit(ctx, copy, *(uint*)copy, ext);
        NativeMemory.Free(copy);
        return result;
    };

    private static SubmitCall LeavesExt(IAio2 inner) => (ctx, iocbs, bytes, ext) =>
    {
        if (!Sound(ext))
        {
            return inner.Submit(ctx, iocbs, bytes, ext);
        }

        var before = *ext;
        long result = inner.Submit(ctx, iocbs, bytes, ext);
        *ext = result >= 0 && ext->Reason == 0 ? before : *ext;
        return result;
    };

    private static SubmitCall DiesOfOpcode(IAio2 inner) => (ctx, iocbs, bytes, ext) =>
    {
        if (ChangedRecords.Readable(iocbs, bytes) && ((Iocb2*)iocbs)->Opcode > 1000)
        {
            Environment.FailFast("an index out of range");
        }

        return inner.Submit(ctx, iocbs, bytes, ext);
    };
}
