using System.Numerics;
using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Conformance.Calls;

namespace AioV2.Conformance.Model;

/// <summary>What io_setup2 may answer: an errno with the requirement that says so, or success.</summary>
internal static class SetupRules
{
    /// <summary>An errno (positive) that is allowed, and why.</summary>
    public readonly record struct Answer(int Errno, string Requirement);

    /// <summary>Reads a setup in the order of ERR-1; where <paramref name="mayAccept"/> is false, one of the errnos must come.</summary>
    public static List<Answer> Read(SetupStep s, AioModel model, out bool mayAccept)
    {
        var answers = new List<Answer>();
        var offered = model.Offered;
        mayAccept = false;
        if (s.Size < Aio2Params.FirstSizeOf)
        {
            answers.Add(new(Errno.EINVAL, "SETUP-3"));
        }
        else if (s.Version != Aio2.Version)
        {
            answers.Add(new(Errno.EINVAL, "SETUP-1"));
        }
        else if (s.Size > Aio2.StructMax)
        {
            answers.Add(new(Errno.E2BIG, "SETUP-3"));
        }
        else if (s.At != Pointer.Good || s.Size > s.Params.Length)
        {
            answers.Add(new(Errno.EFAULT, "ERR-1"));
            // Flags are an argument, and come before pointers; "for setup" they come after the struct was read.
            if (FlagsFault(s.Flags, offered) is { } fault)
            {
                answers.Add(fault);
            }
            else if (s.At == Pointer.ReadOnly)
            {
                answers.AddRange([new(Errno.EINVAL, "ERR-1"), new(Errno.EOPNOTSUPP, "ERR-1"), new(Errno.EBADF, "ERR-1")]);
            }
        }
        else if (s.Params.AsSpan(Aio2Params.SizeOf, (int)s.Size - Aio2Params.SizeOf).ContainsAnyExcept((byte)0))
        {
            answers.Add(new(Errno.E2BIG, "SETUP-3"));
        }
        else if ((FlagsFault(s.Flags, offered) ?? Params(MemoryMarshal.Read<Aio2Params>(s.Params), s.Flags, offered)) is { } fault)
        {
            answers.Add(fault);
        }
        else
        {
            mayAccept = true;
            Scarce(MemoryMarshal.Read<Aio2Params>(s.Params), s.Flags, model, answers);
        }

        return answers;
    }

    private static Answer? FlagsFault(uint flags, Capabilities offered)
    {
        uint ring = flags & (Aio2Setup.RingFd | Aio2Setup.RingAddr);
        bool reap = (flags & Aio2Setup.UserReap) != 0;
        return (flags & ~Aio2Setup.Known) != 0 || !offered.TakesSetup(flags) ? new(Errno.EINVAL, "SETUP-2")
            : !reap && (flags & (Aio2Setup.SingleReaper | Aio2Setup.RingFd | Aio2Setup.RingAddr)) != 0 ? new(Errno.EINVAL, "SETUP-7")
            : BitOperations.PopCount(ring) == 2 ? new(Errno.EINVAL, "SETUP-8")
            : (flags & Aio2Setup.Defer) != 0 && (flags & (Aio2Setup.UserReap | Aio2Setup.Eventfd)) != 0 ? new Answer(Errno.EINVAL, "SETUP-12")
            : null;
    }

    private static unsafe Answer? Params(Aio2Params p, uint flags, Capabilities offered)
    {
        bool Has(uint flag) => (flags & flag) != 0;
        if ((p.Reserved[0] | p.Reserved[1] | p.Reserved[2]) != 0
            || (!Has(Aio2Setup.At) && p.Ctx != 0)
            || (!Has(Aio2Setup.RingFd) && (p.RingFd != 0 || p.RingOffset != 0))
            || (!Has(Aio2Setup.RingAddr) && p.RingAddr != 0))
        {
            return new(Errno.EINVAL, "SETUP-2");
        }

        if (!Has(Aio2Setup.Eventfd) && p.Eventfd != 0)
        {
            return new(Errno.EINVAL, "SETUP-9");
        }

        if ((p.Features & ~offered.Features) != 0)
        {
            return new(Errno.EOPNOTSUPP, "SETUP-4");
        }

        if (p.RingBytes != 0 && (!BitOperations.IsPow2(p.RingBytes) || p.RingBytes < Aio2.RingBytesMin || p.RingBytes > Aio2.RingBytesMax))
        {
            return new(Errno.EINVAL, "SETUP-5");
        }

        if (Has(Aio2Setup.Eventfd))
        {
            var kind = ModelWorld.KindOf(p.Eventfd);
            if (kind is not (FdKind.Eventfd or FdKind.Unknown))
            {
                return new(kind == FdKind.Closed ? Errno.EBADF : Errno.EINVAL, "SETUP-9");
            }
        }

        return null;
    }

    private static void Scarce(Aio2Params p, uint flags, AioModel model, List<Answer> answers)
    {
        if ((flags & (Aio2Setup.RingFd | Aio2Setup.RingAddr)) != 0)
        {
            answers.AddRange([new(Errno.EINVAL, "SETUP-8"), new(Errno.EBADF, "SETUP-8")]);
        }

        if ((flags & Aio2Setup.Eventfd) != 0 && ModelWorld.KindOf(p.Eventfd) == FdKind.Unknown)
        {
            answers.AddRange([new(Errno.EBADF, "SETUP-9"), new(Errno.EINVAL, "SETUP-9")]);
        }

        if ((flags & Aio2Setup.At) != 0)
        {
            answers.AddRange([new(Errno.EEXIST, "SETUP-2"), new(Errno.EINVAL, "SETUP-2")]);
        }

        if (p.RingBytes > 1 << 26)
        {
            answers.Add(new(Errno.ENOMEM, "SETUP-8"));
        }

        var kernel = model.Offered.Kernel;
        if (Math.Max(p.NrReqs, Aio2.NrReqsDefault) + model.SlotsReserved + kernel.ReqsUsed > Math.Min(kernel.ReqsCeiling, 16384))
        {
            answers.AddRange([new(Errno.EAGAIN, "SETUP-6"), new(Errno.ENOMEM, "SETUP-6")]);
        }
    }

    /// <summary>What is wrong with the outputs of a setup that succeeded, or null.</summary>
    public static Violation? Outputs(SetupStep s, byte[] after, Capabilities offered)
    {
        var asked = MemoryMarshal.Read<Aio2Params>(s.Params);
        var got = MemoryMarshal.Read<Aio2Params>(after);
        uint ring = asked.RingBytes == 0 ? Aio2.RingBytesDefault : asked.RingBytes;
        bool probe = (s.Flags & Aio2Setup.Probe) != 0;
        bool shared = (s.Flags & Aio2Setup.UserReap) != 0;
        string? Differ(ulong actual, ulong wanted, string name) => actual == wanted ? null : $"{name} is {actual}, not {wanted}";
        return Fails("SETUP-5", Differ(got.RingBytes, ring, "ring_bytes"))
            ?? Fails("ATTR-6", Differ(got.MaxEventBytes, Math.Min(ring / 4, Aio2.EventMax), "max_event_bytes"))
            ?? Fails("SETUP-6", Differ(got.NrReqs, asked.NrReqs == 0 ? Aio2.NrReqsDefault : asked.NrReqs, "nr_reqs"))
            ?? Fails("SETUP-4", Differ(got.Features, offered.Features, "features"))
            ?? Fails("SETUP-1", got.VersionMin > Aio2.Version || got.VersionMax < Aio2.Version ? $"versions {got.VersionMin} to {got.VersionMax}" : null)
            ?? Fails("SETUP-2", !probe && got.Ctx == 0 ? "ctx is 0" : null)
            ?? Fails("SETUP-7", !shared && (got.RingAddr | got.RingMapBytes | got.UserOffset | got.DataOffset) != 0 ? "a private ring has an address" : null)
            ?? Fails("SETUP-7", shared && !probe && (got.RingAddr == 0 || got.RingMapBytes < got.DataOffset + (ulong)ring) ? "a shared ring has no place" : null)
            ?? Fails("RING-1", shared && ((got.UserOffset | got.DataOffset) % 4096 != 0 || got.UserOffset == 0 || got.DataOffset == 0) ? "offsets are no multiples of the page size" : null)
            ?? Fails("ABI-2", after.AsSpan(Aio2Params.At.Reserved, 24).ContainsAnyExcept((byte)0) ? "reserved fields are not zero" : null);
    }

    /// <summary>What is wrong with the memory of a setup that failed, or null: nothing but the versions may change (SETUP-10).</summary>
    public static Violation? Untouched(SetupStep s, byte[] after)
    {
        bool negotiates = s.Size >= Aio2Params.FirstSizeOf && s.Version != Aio2.Version;
        int from = negotiates ? 8 : 0;
        if (after.Length >= 8 && negotiates)
        {
            var (min, max) = (MemoryMarshal.Read<uint>(after), MemoryMarshal.Read<uint>(after.AsSpan(4)));
            if (min > max || min == 0 || min > Aio2.Version || max < Aio2.Version)
            {
                return new Violation("SETUP-1", $"the versions were not filled: {min} to {max}");
            }
        }

        return after.AsSpan(Math.Min(from, after.Length)).SequenceEqual(s.Params.AsSpan(Math.Min(from, s.Params.Length)))
            ? null
            : new Violation("SETUP-10", "a setup that failed changed params");
    }

    private static Violation? Fails(string requirement, string? message) => message is null ? null : new Violation(requirement, message);
}
