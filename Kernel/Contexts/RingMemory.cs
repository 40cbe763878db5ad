using AioV2.Abi;
using AioV2.Abi.Ring;
using AioV2.Kernel.Linux;

namespace AioV2.Kernel.Contexts;

/// <summary>The memory of a ring: the kernel's own mapping, and the user's view of the same pages (RING-1, SETUP-8).</summary>
/// <remarks>Kernel-made:<code>
///                     page 0            user_offset        data_offset
///   kernel's mapping  header (rw)       user page (rw)     data (rw)
///   user's view       header (ro)       user page (rw)     data (ro)
///   file              first memfd       second memfd       first memfd
/// </code>
/// <para>The view of the first file comes from a descriptor that was opened read-only, so that mprotect cannot make it
/// writable. Both files are sealed against shrinking and reserved in full: no access of the kernel can meet a missing page.
/// All descriptors are closed again. The view belongs to the user, who may unmap, move or protect it; the kernel never uses it.</para>
/// <para>The kernel's mapping goes with the last hold on it: the context has one, and so has each call that copies from the
/// ring without the context's lock (RELEASE frees an old ring at any time).</para></remarks>
internal sealed unsafe partial class RingMemory
{
    private readonly nuint _bytes;
    private readonly bool _isUsersView;
    private byte* _kernel;
    private int _holds = 1;

    private RingMemory(in RingLayout layout, ulong mapBytes, ulong usersView = 0)
    {
        Layout = layout;
        _bytes = (nuint)mapBytes;
        _isUsersView = usersView != 0;
        User = (byte*)usersView;
    }

    public RingLayout Layout { get; }

    /// <summary>Bytes of the mapping.</summary>
    public ulong MapBytes => _bytes;

    /// <summary>The kernel's mapping.</summary>
    public byte* Kernel => _kernel;

    /// <summary>Where the user finds the ring.</summary>
    public byte* User { get; private set; }

    /// <summary>Maps a ring's memory: null and <c>-ENOMEM</c>, <c>-EINVAL</c> or a descriptor error, with nothing left allocated.</summary>
    public static RingMemory? Create(in RingPlace place, in RingLayout layout, out int error) =>
        place.IsKernelMade ? CreateOwn(layout, out error) : CreateFrom(place, layout, out error);

    private static RingMemory? CreateOwn(in RingLayout layout, out int error)
    {
        var memory = new RingMemory(layout, layout.MapBytes);
        var ring = Sealed("aio2-ring", (long)layout.MapBytes);
        var page = ring < 0 ? ring : Sealed("aio2-ring-user", layout.DataOffset - layout.UserOffset);
        var view = page < 0 ? page : Libc.Open($"/proc/self/fd/{ring}", Libc.O_RDONLY | Libc.O_CLOEXEC);
        error = view < 0 ? view : memory.Map(ring, page, view);
        Close(ring);
        Close(page == ring ? -1 : page);
        Close(view == page ? -1 : view);
        if (error != 0)
        {
            memory.Drop();
            memory.UnmapUser();
            error = error is -Errno.EMFILE or -Errno.ENFILE ? error : -Errno.ENOMEM;
            return null;
        }

        return memory;
    }

    /// <summary>Unmaps the view that was made for the user: only where the set-up has failed, since afterwards it is the user's.</summary>
    public void UnmapUser()
    {
        if (User != null && !_isUsersView)
        {
            _ = Libc.Munmap(User, _bytes);
            User = null;
        }
    }

    /// <summary>Keeps the kernel's mapping for one more. By somebody who holds it, or under the lock of the context that does.</summary>
    public void Hold() => Interlocked.Increment(ref _holds);

    /// <summary>Gives a hold up; the last unmaps.</summary>
    public void Drop()
    {
        if (Interlocked.Decrement(ref _holds) == 0 && _kernel != null)
        {
            _ = Libc.Munmap(_kernel, _bytes);
            _kernel = null;
        }
    }

    private static int Sealed(string name, long bytes)
    {
        var fd = Libc.MemfdCreate(name, Libc.MFD_CLOEXEC | Libc.MFD_ALLOW_SEALING);
        if (fd < 0)
        {
            return fd;
        }

        // Reserved now, so that no later access fails for lack of memory.
        var result = Libc.Ftruncate(fd, bytes);
        result = result < 0 ? result : Libc.Fallocate(fd, 0, 0, bytes);
        result = result < 0 ? result : Libc.Fcntl(fd, Libc.F_ADD_SEALS, Libc.F_SEAL_SHRINK | Libc.F_SEAL_GROW | Libc.F_SEAL_SEAL);
        if (result < 0)
        {
            Close(fd);
            return result;
        }

        return fd;
    }

    private static void Close(int fd)
    {
        if (fd >= 0)
        {
            _ = Libc.Close(fd);
        }
    }

    private int Map(int ring, int page, int view)
    {
        const int ReadWrite = Libc.PROT_READ | Libc.PROT_WRITE;
        var kernel = Libc.Mmap(null, _bytes, ReadWrite, Libc.MAP_SHARED, ring, 0);
        if (Libc.IsError(kernel))
        {
            return (int)kernel;
        }

        _kernel = (byte*)kernel;
        var user = Libc.Mmap(null, _bytes, Libc.PROT_READ, Libc.MAP_SHARED, view, 0);
        if (Libc.IsError(user))
        {
            return (int)user;
        }

        User = (byte*)user;
        var result = MapPage(_kernel, page);
        return result != 0 ? result : MapPage(User, page);
    }

    private int MapPage(byte* map, int page)
    {
        var at = Libc.Mmap(map + Layout.UserOffset, Layout.DataOffset - Layout.UserOffset, Libc.PROT_READ | Libc.PROT_WRITE,
            Libc.MAP_SHARED | Libc.MAP_FIXED, page, 0);
        return Libc.IsError(at) ? (int)at : 0;
    }
}
