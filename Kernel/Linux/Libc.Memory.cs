using System.Runtime.InteropServices;

namespace AioV2.Kernel.Linux;

internal static unsafe partial class Libc
{
    public const int PROT_NONE = 0, PROT_READ = 1, PROT_WRITE = 2;
    public const int MAP_SHARED = 0x01, MAP_PRIVATE = 0x02, MAP_FIXED = 0x10, MAP_ANONYMOUS = 0x20,
        MAP_NORESERVE = 0x4000, MAP_POPULATE = 0x8000, MAP_FIXED_NOREPLACE = 0x100000;
    public const int MREMAP_MAYMOVE = 1, MREMAP_FIXED = 2;
    public const int MADV_DONTNEED = 4, MADV_DONTFORK = 10, MADV_WIPEONFORK = 18,
        MADV_POPULATE_READ = 22, MADV_POPULATE_WRITE = 23;
    public const uint MFD_CLOEXEC = 1, MFD_ALLOW_SEALING = 2, MFD_HUGETLB = 4;

    /// <summary>Maps memory: the address, or <c>-errno</c> (test with <see cref="IsError"/>).</summary>
    public static nint Mmap(void* address, nuint bytes, int protection, int flags, int fd, long offset) =>
        Result(mmap(address, bytes, protection, flags, fd, offset));

    /// <summary>Whether an address-sized result is one of the 4095 error values.</summary>
    public static bool IsError(nint result) => (nuint)result > unchecked((nuint)(-4096));

    public static int Munmap(void* address, nuint bytes) => Result(munmap(address, bytes));

    public static int Mprotect(void* address, nuint bytes, int protection) => Result(mprotect(address, bytes, protection));

    /// <summary>Moves, grows or shrinks a mapping: the address, or <c>-errno</c>.</summary>
    public static nint Mremap(void* address, nuint oldBytes, nuint newBytes, int flags, void* target = null) =>
        Result(mremap(address, oldBytes, newBytes, flags, target));

    public static int Madvise(void* address, nuint bytes, int advice) => Result(madvise(address, bytes, advice));

    /// <summary>An anonymous file: its descriptor, or <c>-errno</c>.</summary>
    public static int MemfdCreate(string name, uint flags) => Result(memfd_create(name, flags));

    [LibraryImport(Name)]
    private static partial nint mmap(void* address, nuint bytes, int protection, int flags, int fd, long offset);

    [LibraryImport(Name)]
    private static partial int munmap(void* address, nuint bytes);

    [LibraryImport(Name)]
    private static partial int mprotect(void* address, nuint bytes, int protection);

    [LibraryImport(Name)]
    private static partial nint mremap(void* address, nuint oldBytes, nuint newBytes, int flags, void* target);

    [LibraryImport(Name)]
    private static partial int madvise(void* address, nuint bytes, int advice);

    [LibraryImport(Name, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int memfd_create(string name, uint flags);
}
