using AioV2.Abi;
using AioV2.Kernel.Linux;

namespace AioV2.Kernel.Devices;

/// <summary>Whole transfers between kernel memory and a file, in as many calls as it takes.</summary>
internal static unsafe class FileTransfer
{
    /// <summary>Reads up to the end of the file: bytes, or <c>-errno</c> where the first call fails.</summary>
    public static long Read(int fd, byte* to, long bytes, long offset, int flags) => Move(fd, to, bytes, offset, flags, write: false);

    /// <summary>Writes: bytes, fewer where a later call fails, or <c>-errno</c> where the first one does.</summary>
    public static long Write(int fd, byte* from, long bytes, long offset, int flags) => Move(fd, from, bytes, offset, flags, write: true);

    private static long Move(int fd, byte* memory, long bytes, long offset, int flags, bool write)
    {
        long done = 0;
        while (done < bytes)
        {
            var piece = new Iovec { Base = (ulong)(memory + done), Bytes = (ulong)(bytes - done) };
            var moved = write
                ? Libc.Pwritev2(fd, &piece, 1, offset + done, flags)
                : Libc.Preadv2(fd, &piece, 1, offset + done, flags);
            if (moved == -Errno.EINTR)
            {
                continue;
            }

            if (moved <= 0)
            {
                return done != 0 ? done : moved;
            }

            done += moved;
        }

        return done;
    }
}
