using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Conformance.Calls;

namespace AioV2.Conformance.Model;

/// <summary>What io_getevents2's arguments may be refused for, and how long it may wait (GET-1, GET-2).</summary>
internal static class WaitRules
{
    /// <summary>A wait without an end.</summary>
    public const long Forever = long.MaxValue;

    /// <summary>The errno (positive) that the arguments must give, or null where they are good.</summary>
    public static SetupRules.Answer? Arguments(GetStep s, out long timeoutNs)
    {
        timeoutNs = s.MinBytes == 0 ? 0 : Forever;
        if (s.Flags != 0)
        {
            return new(Errno.EINVAL, "ERR-1");
        }

        if (s.MinBytes > s.Bytes)
        {
            return new(Errno.EINVAL, "GET-1");
        }

        return s.Wait is null ? null : Wait(s, ref timeoutNs);
    }

    private static SetupRules.Answer? Wait(GetStep s, ref long timeoutNs)
    {
        byte[] bytes = s.Wait!;
        if (s.WaitAt is Pointer.Guard or Pointer.NonCanonical || bytes.Length < 4)
        {
            return new(Errno.EFAULT, "ERR-1");
        }

        if (s.WaitAt == Pointer.Null)
        {
            return null;
        }

        // The read-only page is all zeroes: a struct that says it has no bytes.
        uint size = s.WaitAt == Pointer.ReadOnly ? 0 : MemoryMarshal.Read<uint>(bytes);
        if (size < Aio2Wait.FirstSizeOf)
        {
            return new(Errno.EINVAL, "GET-2");
        }

        if (size > Aio2.StructMax)
        {
            return new(Errno.E2BIG, "GET-2");
        }

        if (size > bytes.Length)
        {
            return new(Errno.EFAULT, "ERR-1");
        }

        if (bytes.AsSpan(Aio2Wait.SizeOf, (int)size - Aio2Wait.SizeOf).ContainsAnyExcept((byte)0))
        {
            return new(Errno.E2BIG, "GET-2");
        }

        var w = MemoryMarshal.Read<Aio2Wait>(bytes);
        if ((w.Flags & ~Aio2WaitFlags.Known) != 0 || w.Reserved != 0 || w.Sec < 0 || w.Nsec is < 0 or > 999_999_999)
        {
            return new(Errno.EINVAL, "GET-2");
        }

        bool relative = (w.Flags & Aio2WaitFlags.Abstime) == 0;
        if (s.MinBytes != 0)
        {
            // Deadlines of generated sequences lie in the past.
            timeoutNs = !relative ? 0 : w.Sec > 1_000_000_000 ? Forever : w.Sec * 1_000_000_000 + w.Nsec;
        }

        return null;
    }
}
