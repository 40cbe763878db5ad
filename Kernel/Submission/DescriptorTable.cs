using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Attributes.Pi;
using AioV2.Kernel.Devices;
using AioV2.Kernel.Linux;
using AioV2.Kernel.Requests;

namespace AioV2.Kernel.Submission;

/// <summary>The descriptors of one call: each is asked once what it is, and held once (SUBMIT-2, design §5).</summary>
/// <remarks>Lives as long as the call: a number may mean another file in the next.</remarks>
internal unsafe ref struct DescriptorTable
{
    private const int InlineEntries = 8;

    private DescriptorEntry* _entries;
    private int _capacity;
    private int _count;
    private bool _onHeap;

    /// <summary>Bytes that the caller lends for the first entries.</summary>
    public static int InlineBytes => InlineEntries * sizeof(DescriptorEntry);

    /// <summary>An empty table on <see cref="InlineBytes"/> of the caller's stack.</summary>
    public DescriptorTable(byte* inline)
    {
        _entries = (DescriptorEntry*)inline;
        _capacity = InlineEntries;
    }

    public readonly DescriptorEntry* At(int index) => _entries + index;

    /// <summary>The entry of a descriptor, made at first sight.</summary>
    public int Find(int fd)
    {
        // The newest first: runs name one file many times, or few files.
        for (var i = _count - 1; i >= 0; i--)
        {
            if (_entries[i].Fd == fd)
            {
                return i;
            }
        }

        if (_count == _capacity)
        {
            Grow();
        }

        _entries[_count] = Ask(fd);
        return _count++;
    }

    /// <summary>What the file's <c>user.aio2.pi</c> says, read once (ATTR-8).</summary>
    public readonly MarkState MarkOf(int index, out PiFormat format)
    {
        var entry = _entries + index;
        if (entry->Mark == MarkState.Unread)
        {
            Span<byte> buffer = stackalloc byte[ProtectionMark.BytesMax];
            entry->Mark = ProtectionMark.Read(entry->Fd, buffer, out var mark, out _);
            entry->Format = mark.Format;
        }

        format = entry->Format;
        return entry->Mark;
    }

    /// <summary>Holds the open file: null and the error, if that fails.</summary>
    public readonly HeldFile* Hold(int index, out int error)
    {
        var entry = _entries + index;
        if (entry->File == null && entry->HoldError == 0)
        {
            entry->File = HeldFile.Hold(entry->Fd, out entry->HoldError);
        }

        error = entry->HoldError;
        return entry->File;
    }

    public readonly void Dispose()
    {
        for (var i = 0; i < _count; i++)
        {
            if (_entries[i].File != null)
            {
                HeldFile.Release(_entries[i].File);
            }
        }

        if (_onHeap)
        {
            NativeMemory.Free(_entries);
        }
    }

    private void Grow()
    {
        var larger = (DescriptorEntry*)NativeMemory.Alloc((nuint)(_capacity * 4 * sizeof(DescriptorEntry)));
        Buffer.MemoryCopy(_entries, larger, _capacity * 4 * sizeof(DescriptorEntry), _count * sizeof(DescriptorEntry));
        if (_onHeap)
        {
            NativeMemory.Free(_entries);
        }

        _entries = larger;
        _capacity *= 4;
        _onHeap = true;
    }

    private static DescriptorEntry Ask(int fd)
    {
        var entry = new DescriptorEntry { Fd = fd, OpenFlags = fd < 0 ? -Errno.EBADF : Libc.FcntlGetFlags(fd) };
        if (entry.OpenFlags < 0 || (entry.OpenFlags & Libc.O_PATH) != 0)
        {
            entry.OpenFlags = -Errno.EBADF;
            return entry;
        }

        // What a positioned transfer of nothing says tells streams from the rest: it is refused before the file is asked.
        var write = (entry.OpenFlags & Libc.O_ACCMODE) == Libc.O_WRONLY;
        var probed = write ? Libc.Pwritev2(fd, null, 0, 0, 0) : Libc.Preadv2(fd, null, 0, 0, 0);
        var type = Libc.Statx(fd, Statx.TypeAndOwner, out var stat) == 0 ? stat.Mode & Statx.TypeMask : 0;
        entry.Uid = (stat.Mask & Statx.Owner) != 0 ? stat.Uid : uint.MaxValue;
        entry.Traits = (type is Statx.Regular or Statx.BlockDevice or Statx.Directory ? RequestTraits.Seekable : RequestTraits.Pollable)
            | (type == Statx.Regular ? RequestTraits.Regular : RequestTraits.None)
            | (type == Statx.Regular && IsTmpfs(fd, stat) ? RequestTraits.Tmpfs : RequestTraits.None)
            | (probed == -Errno.ESPIPE ? RequestTraits.Stream : RequestTraits.None)
            | ((entry.OpenFlags & Libc.O_NONBLOCK) != 0 ? RequestTraits.NonBlocking : RequestTraits.None)
            | ((entry.OpenFlags & Libc.O_DIRECT) != 0 ? RequestTraits.Direct : RequestTraits.None)
            | ((entry.OpenFlags & Libc.O_ACCMODE) != Libc.O_RDONLY ? RequestTraits.Writable : RequestTraits.None);
        return entry;
    }

    // Asked anew in each call: device numbers without a device are handed out again after an unmount.
    private static bool IsTmpfs(int fd, in Statx stat) =>
        stat.DevMajor == 0 && Libc.Fstatfs(fd, out var fs) == 0 && fs.Type == Statfs.Tmpfs;
}
