using AioV2.Abi;
using AioV2.Conformance.Calls;
using AioV2.Conformance.World;

namespace AioV2.Conformance.Directed;

/// <summary>SUBMIT-7's SYSCALL and its allow-list.</summary>
internal static unsafe class SyscallChecks
{
    private const int StatSizeAt = 48;

    public static IReadOnlyList<DirectedCheck> All { get; } =
    [
        new("Calls of the allow-list run with their arguments", ["SUBMIT-7"], Runs),
        new("A call outside the list is refused", ["SUBMIT-7"], Outside),
    ];

    private static Iocb2 Call(ulong userData, ulong nr, params ulong[] args)
    {
        var at = (Aio2Syscall*)WorldLayout.Meta;
        *at = default;
        at->Nr = nr;
        for (int i = 0; i < args.Length; i++)
        {
            at->Args[i] = args[i];
        }

        return Rig.Iocb(Aio2Op.Syscall, userData, addr: WorldLayout.Meta);
    }

    private static void Runs(Rig rig)
    {
        rig.NeedsFeature(Aio2Feat.Syscall);
        var context = rig.Context();
        context.SubmitAll(Call(1, Aio2Sys.Fstat, WorldLayout.FileRo, WorldLayout.Data));
        // The struct was copied at submit: what stands there now means nothing (SUBMIT-2).
        new Span<byte>((void*)WorldLayout.Meta, Aio2Syscall.SizeOf).Fill(0xff);
        Rig.Expect("SUBMIT-7", 0, RigContext.Res(context.Take(1)[0]), "fstat");
        if (System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture is System.Runtime.InteropServices.Architecture.X64 or System.Runtime.InteropServices.Architecture.Arm64)
        {
            Rig.Expect("SUBMIT-7", WorldLayout.FileBytes, *(long*)(WorldLayout.Data + StatSizeAt), "st_size");
        }

        context.SubmitAll(Call(2, Aio2Sys.Ftruncate, WorldLayout.FileRw, 4096));
        Rig.Expect("SUBMIT-7", 0, RigContext.Res(context.Take(1)[0]), "ftruncate");
        byte one;
        Rig.Expect("SUBMIT-7", 0, Libc.Pread(WorldLayout.FileRw, &one, 1, 4096), "bytes at the new end");
        context.SubmitAll(Call(3, Aio2Sys.Ftruncate, WorldLayout.FileRo, 4096));
        Rig.Require("SUBMIT-7", RigContext.Res(context.Take(1)[0]) is -Errno.EINVAL or -Errno.EBADF or -Errno.EPERM, "ftruncate of a read-only file succeeded");
    }

    private static void Outside(Rig rig)
    {
        rig.NeedsFeature(Aio2Feat.Syscall);
        var context = rig.Context();
        foreach (ulong nr in (ulong[])[0, Aio2Sys.Last + 1, 59, ulong.MaxValue])
        {
            Aio2Extack ext = new() { Size = Aio2Extack.SizeOf };
            byte[] bytes = new IocbWriter().Add(Call(1, nr)).ToArray();
            Rig.Expect("SUBMIT-7", -Errno.EPERM, context.Submit(bytes, &ext), $"SYSCALL of {nr}");
            Rig.Expect("SUBMIT-5", Aio2Reason.SyscallUnknown, ext.Reason, "its reason");
        }

        byte[] hole = new IocbWriter().Add(Rig.Iocb(Aio2Op.Syscall, 1, addr: WorldLayout.Guard)).ToArray();
        Rig.Expect("SUBMIT-4", -Errno.EFAULT, context.Submit(hole), "SYSCALL whose struct is in a hole");
    }
}
