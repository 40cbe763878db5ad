using AioV2.Abi;
using AioV2.Abi.Ring;
using AioV2.Kernel.Linux;

namespace AioV2.Kernel.Contexts;

/// <remarks>Memory of the caller's (SETUP-8). The kernel maps the same pages once more, for itself, whatever the caller's view
/// allows: by the file, or, where there is none to open, by an alias. Everything in it may be overwritten at any time; the
/// producer keeps what counts (RING-5).</remarks>
internal sealed unsafe partial class RingMemory
{
    private const int ReadWrite = Libc.PROT_READ | Libc.PROT_WRITE;

    private static RingMemory? CreateFrom(in RingPlace place, in RingLayout layout, out int error)
    {
        var memory = new RingMemory(layout, place.MapBytes, place.Address);
        error = memory.MapFrom(place);
        if (error == 0)
        {
            return memory;
        }

        memory.Drop();
        memory.UnmapUser();
        return null;
    }

    private int MapFrom(in RingPlace place)
    {
        var kernel = place.Fd >= 0
            ? Libc.Mmap(null, _bytes, ReadWrite, Libc.MAP_SHARED, place.Fd, (long)place.Offset)
            : Alias(place);
        if (Libc.IsError(kernel))
        {
            // Sealed against writing: the kernel cannot use it. The rest is want of memory.
            return kernel is -Errno.EPERM or -Errno.EACCES or -Errno.EINVAL ? -Errno.EINVAL : -Errno.ENOMEM;
        }

        _kernel = (byte*)kernel;

        // All pages exist from now on: no access of the kernel can fail for lack of memory (Linux 5.14).
        if (Libc.Madvise(_kernel, _bytes, Libc.MADV_POPULATE_WRITE) != 0)
        {
            return -Errno.ENOMEM;
        }

        if (User == null)
        {
            var user = Libc.Mmap(null, _bytes, ReadWrite, Libc.MAP_SHARED, place.Fd, (long)place.Offset);
            if (Libc.IsError(user))
            {
                return -Errno.ENOMEM;
            }

            User = (byte*)user;
        }

        return 0;
    }

    // A second mapping of shared anonymous memory; of private memory mremap makes none. What lies at the address may have
    // changed since it was judged, so that the alias is judged once more.
    private nint Alias(in RingPlace place)
    {
        var alias = Libc.Mremap((void*)place.Address, 0, _bytes, Libc.MREMAP_MAYMOVE);
        if (Libc.IsError(alias))
        {
            return alias == -Errno.ENOMEM ? alias : -Errno.EINVAL;
        }

        var maps = MemoryMap.Covering((ulong)alias, _bytes);
        var isSame = maps.Count != 0 && maps[0].IsShared && maps[0].IsSameFile(place.Map)
            && maps[0].OffsetOf((ulong)alias) == place.Offset;
        var result = isSame ? Libc.Mprotect((void*)alias, _bytes, ReadWrite) : -Errno.EINVAL;
        if (result != 0)
        {
            _ = Libc.Munmap((void*)alias, _bytes);
            return result;
        }

        return alias;
    }
}
