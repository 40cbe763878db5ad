using System.Globalization;
using AioV2.Abi;
using AioV2.Abi.Ring;
using AioV2.Kernel.Linux;

namespace AioV2.Kernel.Contexts;

/// <summary>Where a ring's memory is to come from, judged (SETUP-8).</summary>
/// <remarks>
/// <para>Memory of the caller's must not be able to shrink under the kernel, which would fault. So a file carries
/// F_SEAL_SHRINK; shared anonymous memory has a file without a name, which nobody can open but by /proc/self/map_files, with
/// the rights of a checkpointer.</para>
/// <para>Of memory given by address the file is found first, by map_files or among the open descriptors: a sealed file
/// that nothing refers to but the mapping cannot be judged without those rights, and is refused.</para></remarks>
internal readonly struct RingPlace : IDisposable
{
    private const uint ByUser = Aio2Setup.RingFd | Aio2Setup.RingAddr;

    // Where the kernel's internal tmpfs is: memfds and shared anonymous memory, but no file that has a path.
    private static readonly Lazy<(uint, uint)> ShmemDevice = new(FindShmemDevice);

    private RingPlace(int fd, ulong offset, ulong address, ulong mapBytes, in MemoryMap map)
    {
        FdPlusOne = fd + 1;
        Offset = offset;
        Address = address;
        MapBytes = mapBytes;
        Map = map;
    }

    /// <summary>Bytes of the mapping: whole pages, whole huge pages of a hugetlb file.</summary>
    public ulong MapBytes { get; }

    /// <summary>The caller's view, or 0.</summary>
    public ulong Address { get; }

    /// <summary>The place in the file.</summary>
    public ulong Offset { get; }

    /// <summary>The caller's file, as a reference of its own; -1 where there is none to open.</summary>
    public int Fd => FdPlusOne - 1;

    /// <summary>Whether the kernel makes the memory.</summary>
    public bool IsKernelMade => FdPlusOne == 0 && Address == 0;

    /// <summary>What lies at <see cref="Address"/>.</summary>
    public MemoryMap Map { get; }

    private int FdPlusOne { get; }

    /// <summary>Judges what a caller asks for: 0, <c>-EBADF</c> for a closed descriptor, or <c>-EINVAL</c>.</summary>
    /// <param name="flags">AIO2_SETUP_RING_FD, AIO2_SETUP_RING_ADDR, or neither; other flags are ignored.</param>
    /// <param name="fd">The file.</param>
    /// <param name="offset">The ring's place in it.</param>
    /// <param name="address">The caller's view.</param>
    /// <param name="layout">The ring.</param>
    /// <param name="place">To be disposed.</param>
    public static int Judge(uint flags, int fd, ulong offset, ulong address, in RingLayout layout, out RingPlace place)
    {
        place = new RingPlace(-1, 0, 0, layout.MapBytes, default);
        switch (flags & ByUser)
        {
            case 0:
                return 0;
            case Aio2Setup.RingFd:
                var mine = fd < 0 ? -Errno.EBADF : Libc.Dup(fd);
                return mine < 0 ? mine : JudgeFile(mine, offset, 0, layout, default, needsSeal: true, out place);
            default:
                return JudgeAddress(address, layout, out place);
        }
    }

    public void Dispose()
    {
        if (FdPlusOne != 0)
        {
            _ = Libc.Close(Fd);
        }
    }

    // Takes the descriptor over.
    private static int JudgeFile(
        int fd, ulong offset, ulong address, in RingLayout layout, in MemoryMap map, bool needsSeal, out RingPlace place)
    {
        place = default;
        var pageBytes = PageBytesOf(fd);
        var mapBytes = (layout.MapBytes + pageBytes - 1) & ~(pageBytes - 1);
        var seals = Libc.FcntlGetSeals(fd);
        var isFit = seals >= 0 && (!needsSeal || (seals & Libc.F_SEAL_SHRINK) != 0)
            && (Libc.FcntlGetFlags(fd) & Libc.O_ACCMODE) == Libc.O_RDWR
            && (offset | address) % pageBytes == 0
            && Libc.Statx(fd, Statx.BasicStats, out var stat) == 0
            && offset <= (ulong)stat.Size && mapBytes <= (ulong)stat.Size - offset;
        if (!isFit)
        {
            _ = Libc.Close(fd);
            return -Errno.EINVAL;
        }

        place = new RingPlace(fd, offset, address, mapBytes, map);
        return 0;
    }

    private static int JudgeAddress(ulong address, in RingLayout layout, out RingPlace place)
    {
        place = default;
        if (address == 0 || address % (ulong)Environment.SystemPageSize != 0 || address > ulong.MaxValue - layout.MapBytes)
        {
            return -Errno.EINVAL;
        }

        var maps = MemoryMap.Covering(address, layout.MapBytes);
        if (maps.Count == 0 || !IsOneSharedPiece(maps))
        {
            return -Errno.EINVAL;
        }

        var first = maps[0];
        var offset = first.OffsetOf(address);
        var isAnonymous = first.Name == "/dev/zero (deleted)" || first.Name.StartsWith("[anon_shmem:", StringComparison.Ordinal);
        if (isAnonymous && (first.DevMajor, first.DevMinor) == ShmemDevice.Value)
        {
            place = new RingPlace(-1, offset, address, layout.MapBytes, first);
            return 0;
        }

        var isHugeAnonymous = first.Name == "/anon_hugepage (deleted)";
        var fd = isHugeAnonymous || first.Name.StartsWith("/memfd:", StringComparison.Ordinal) ? OpenFileOf(first) : -1;
        return fd < 0 ? -Errno.EINVAL : JudgeFile(fd, offset, address, layout, first, !isHugeAnonymous, out place);
    }

    // Protections may differ, and so make several mappings of it.
    private static bool IsOneSharedPiece(List<MemoryMap> maps)
    {
        var first = maps[0];
        return maps.TrueForAll(m => m.IsShared && m.IsSameFile(first) && m.Offset == first.OffsetOf(m.Start));
    }

    private static int OpenFileOf(in MemoryMap map)
    {
        var fd = Libc.Open(string.Create(CultureInfo.InvariantCulture, $"/proc/self/map_files/{map.Start:x}-{map.End:x}"), Libc.O_RDWR | Libc.O_CLOEXEC);
        if (fd >= 0)
        {
            if (IsFile(fd, map))
            {
                return fd;
            }

            _ = Libc.Close(fd);
        }

        foreach (var link in Directory.EnumerateFileSystemEntries("/proc/self/fd"))
        {
            var mine = Libc.Dup(int.Parse(Path.GetFileName(link), CultureInfo.InvariantCulture));
            if (mine >= 0 && IsFile(mine, map) && (Libc.FcntlGetFlags(mine) & Libc.O_ACCMODE) == Libc.O_RDWR)
            {
                return mine;
            }

            _ = mine < 0 ? 0 : Libc.Close(mine);
        }

        return -Errno.EINVAL;
    }

    private static bool IsFile(int fd, in MemoryMap map) =>
        Libc.Statx(fd, Statx.BasicStats, out var stat) == 0
        && (stat.DevMajor, stat.DevMinor, stat.Inode) == (map.DevMajor, map.DevMinor, map.Inode);

    // A hugetlb file tells its pages' size as the file system's block size.
    private static ulong PageBytesOf(int fd)
    {
        var isHuge = Libc.Fstatfs(fd, out var stat) == 0 && stat.Type == Statfs.Hugetlbfs;
        return isHuge ? (ulong)stat.BlockSize : (ulong)Environment.SystemPageSize;
    }

    private static (uint Major, uint Minor) FindShmemDevice()
    {
        var fd = Libc.MemfdCreate("aio2-device", Libc.MFD_CLOEXEC);
        var result = Libc.Statx(fd, Statx.BasicStats, out var stat);
        _ = fd < 0 ? 0 : Libc.Close(fd);
        return result < 0 ? (uint.MaxValue, uint.MaxValue) : (stat.DevMajor, stat.DevMinor);
    }
}
