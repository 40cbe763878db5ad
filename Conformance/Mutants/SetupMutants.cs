using System.Numerics;
using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Abi.Calls;
using AioV2.Conformance.World;

namespace AioV2.Conformance.Mutants;

/// <summary>Mistakes of io_setup2.</summary>
internal static unsafe class SetupMutants
{
    public static IReadOnlyList<Mutant> All { get; } =
    [
        Make("takes any version", ["SETUP-1"], inner => (_, flags, p, size) => inner.Setup(Aio2.Version, flags, p, size)),
        Make("ignores unknown setup flags", ["SETUP-2"], inner => (version, flags, p, size) => inner.Setup(version, flags & Aio2Setup.Known, p, size)),
        Make("ignores reserved fields of params", ["SETUP-2"], inner => With(inner, (p, _) => new Span<ulong>(p->Reserved, 3).Clear())),
        Make("hands the lowest free id out again", ["SETUP-2"], LowestFree),
        Make("looks at no byte of params behind those it knows", ["SETUP-3", "ABI-4"], inner => (version, flags, p, size) => inner.Setup(version, flags, p, size is > Aio2Params.SizeOf and <= Aio2.StructMax ? Aio2Params.SizeOf : size)),
        Make("ignores features that it does not have", ["SETUP-4"], inner => With(inner, (p, _) => p->Features = 0)),
        Make("rounds ring_bytes up", ["SETUP-5", "ERR-1"], inner => With(inner, (p, _) => p->RingBytes = p->RingBytes is > 0 and < 1u << 30 ? Math.Max(4096, BitOperations.RoundUpToPowerOf2(p->RingBytes)) : p->RingBytes)),
        Make("sizes slots by the ceiling that is left", ["SETUP-6"], PastCeiling),
        Make("takes SINGLE_REAPER without a ring to reap", ["SETUP-7"], inner => (version, flags, p, size) => inner.Setup(version, (flags & Aio2Setup.UserReap) == 0 ? flags & ~Aio2Setup.SingleReaper : flags, p, size)),
        Make("writes outputs when it fails", ["SETUP-10"], WritesOnFailure),
        Make("makes a context for PROBE", ["SETUP-11"], inner => (version, flags, p, size) => inner.Setup(version, flags & ~Aio2Setup.Probe, p, size)),
        Make("takes DEFER with a ring that nobody fills", ["SETUP-12"], inner => (version, flags, p, size) => inner.Setup(version, (flags & Aio2Setup.UserReap) != 0 ? flags & ~Aio2Setup.Defer : flags, p, size)),
        Make("tells a max_event_bytes that no ring of the size holds four of", ["ATTR-6", "RING-1"], inner => After(inner, (p, _) => p->MaxEventBytes = p->RingBytes / 2)),
    ];

    private delegate void ParamsChange(Aio2Params* p, uint flags);

    private static Mutant Make(string name, string[] requirements, Func<IAio2, SetupCall> body) =>
        new(name, MutantKind.Answer, requirements, inner => new Altered(inner) { OnSetup = body(inner) });

    private static bool Sound(Aio2Params* p, nuint size) => size is >= Aio2Params.SizeOf and <= Aio2.StructMax
        && !WorldLayout.SurelyBad((ulong)p) && !WorldLayout.SurelyBad((ulong)p + size - 1) && WorldLayout.Room((ulong)p, write: false) == WorldLayout.Room((ulong)p, write: true);

    // The call works on a copy, whose outputs go back where it succeeds.
    private static SetupCall With(IAio2 inner, ParamsChange change) => (version, flags, p, size) =>
    {
        if (!Sound(p, size) || version != Aio2.Version)
        {
            return inner.Setup(version, flags, p, size);
        }

        byte* copy = (byte*)NativeMemory.Alloc(size);
        NativeMemory.Copy(p, copy, size);
        change((Aio2Params*)copy, flags);
        long result = inner.Setup(version, flags, (Aio2Params*)copy, size);
        if (result == 0)
        {
            *p = *(Aio2Params*)copy;
        }

        NativeMemory.Free(copy);
        return result;
    };

    private static SetupCall After(IAio2 inner, ParamsChange change) => (version, flags, p, size) =>
    {
        long result = inner.Setup(version, flags, p, size);
        if (result == 0)
        {
            change(p, flags);
        }

        return result;
    };

    private static SetupCall LowestFree(IAio2 inner) => (version, flags, p, size) =>
    {
        if (!Sound(p, size) || version != Aio2.Version || (flags & (Aio2Setup.At | Aio2Setup.Probe)) != 0 || p->Ctx != 0)
        {
            return inner.Setup(version, flags, p, size);
        }

        long result = -Errno.EEXIST;
        for (uint id = 1; result == -Errno.EEXIST; id++)
        {
            p->Ctx = id;
            result = inner.Setup(version, flags | Aio2Setup.At, p, size);
        }

        p->Ctx = result < 0 ? 0 : p->Ctx;
        return result;
    };

    private static SetupCall PastCeiling(IAio2 inner) => (version, flags, p, size) =>
    {
        long result = inner.Setup(version, flags, p, size);
        if (result != -Errno.EAGAIN)
        {
            return result;
        }

        (uint asked, p->NrReqs) = (p->NrReqs, 1);
        result = inner.Setup(version, flags, p, size);
        p->NrReqs = asked;
        return result;
    };

    private static SetupCall WritesOnFailure(IAio2 inner) => (version, flags, p, size) =>
    {
        long result = inner.Setup(version, flags, p, size);
        if (result == -Errno.EINVAL && version == Aio2.Version && Sound(p, size))
        {
            p->MaxEventBytes = 4096;
        }

        return result;
    };
}
