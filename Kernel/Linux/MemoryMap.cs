using System.Globalization;

namespace AioV2.Kernel.Linux;

/// <summary>One line of /proc/self/maps: what lies at a range of addresses.</summary>
internal readonly record struct MemoryMap(
    ulong Start, ulong End, bool IsShared, ulong Offset, uint DevMajor, uint DevMinor, ulong Inode, string Name)
{
    /// <summary>The mappings that cover a range without a gap; empty where there is one.</summary>
    public static List<MemoryMap> Covering(ulong start, ulong bytes)
    {
        var found = new List<MemoryMap>();
        var at = start;
        foreach (var line in File.ReadLines("/proc/self/maps"))
        {
            var map = Parse(line);
            if (map.End <= at)
            {
                continue;
            }

            if (map.Start > at)
            {
                break;
            }

            found.Add(map);
            at = map.End;
            if (at - start >= bytes)
            {
                return found;
            }
        }

        return [];
    }

    /// <summary>Whether another mapping shows the same file.</summary>
    public bool IsSameFile(in MemoryMap other) =>
        (DevMajor, DevMinor, Inode) == (other.DevMajor, other.DevMinor, other.Inode);

    /// <summary>The place in the file that an address inside shows.</summary>
    public ulong OffsetOf(ulong address) => Offset + (address - Start);

    // 7f4625aac000-7f4625abc000 rw-s 00000000 00:01 38460                      /dev/zero (deleted)
    private static MemoryMap Parse(string line)
    {
        var words = line.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries);
        var dash = words[0].IndexOf('-', StringComparison.Ordinal);
        var colon = words[3].IndexOf(':', StringComparison.Ordinal);
        return new MemoryMap(
            Hex(words[0].AsSpan(0, dash)),
            Hex(words[0].AsSpan(dash + 1)),
            words[1][3] == 's',
            Hex(words[2]),
            (uint)Hex(words[3].AsSpan(0, colon)),
            (uint)Hex(words[3].AsSpan(colon + 1)),
            ulong.Parse(words[4], CultureInfo.InvariantCulture),
            words.Length > 5 ? words[5] : "");
    }

    private static ulong Hex(ReadOnlySpan<char> digits) => ulong.Parse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
