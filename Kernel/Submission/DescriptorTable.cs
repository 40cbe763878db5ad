using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Attributes.Pi;
using AioV2.Kernel.Devices;
using AioV2.Kernel.Linux;
using AioV2.Kernel.Memory;
using AioV2.Kernel.Requests;

namespace AioV2.Kernel.Submission;

/// <summary>The descriptors of one call: each is asked once what it is, and held once (SUBMIT-2, design §5).</summary>
/// <remarks><para>Lives as long as the call: a number may mean another file in the next.</para>
/// <para>And within the call, where another thread reuses it. What will be held in any case is held first and then asked. A read that
/// the page cache may answer is asked by its number, which spares the dup; if it is held after all it must still be the file that
/// was asked: a request with a file's traits on a socket would wait where no cancel finds it. What a request of an earlier call
/// holds still is shared (<see cref="FileSeats"/>): it is asked for what can have changed.</para>
/// <para>A few entries are looked through; more are found by hashing, so that a run of AIO2_SUBMIT_MAX bytes that names another file
/// in each record costs what its records cost. The key is the process's own: nobody can choose numbers that meet.
/// A bad number gets no entry of its own: there may be any number of them.</para>
/// <code>
///  entries  | 0 | 1 | … | count-1 | the last bad one | …    capacity
///  places   | index + 1, or 0 for none | …                  twice the capacity, a power of two
/// </code></remarks>
internal unsafe ref struct DescriptorTable
{
    private const int InlineEntries = 8;

    private static readonly ulong Key = (ulong)Random.Shared.NextInt64() | 1;

    private DescriptorEntry* _entries;
    private readonly FileSeats? _seats;
    private int _capacity;
    private int _count;

    // The newest number that was asked by itself, and whether its request will go on behind an attempt.
    private int _triedFd = -1;
    private bool _willHold;

    // With the entries in one block of the heap; null while they are on the caller's stack.
    private int* _places;

    /// <summary>Bytes that the caller lends for the first entries.</summary>
    public static int InlineBytes => InlineEntries * sizeof(DescriptorEntry);

    /// <summary>An empty table on <see cref="InlineBytes"/> of the caller's stack.</summary>
    /// <param name="inline">The stack.</param>
    /// <param name="seats">Where the context's requests hold files that may be shared, if there are any.</param>
    public DescriptorTable(byte* inline, FileSeats? seats = null)
    {
        _seats = seats;
        _entries = (DescriptorEntry*)inline;
        _capacity = InlineEntries;
    }

    public readonly DescriptorEntry* At(int index) => _entries + index;

    /// <summary>The open flags of a number, for an attempt by <see cref="LookFd"/> that may be all that is made of it; or <c>-EBADF</c>.</summary>
    public int FlagsOf(int fd)
    {
        var index = IndexOf(fd, out var place);
        if (index < 0)
        {
            index = TryShare(fd, place);
        }

        if (index >= 0)
        {
            return _entries[index].OpenFlags;
        }

        _triedFd = fd;
        _willHold = false;
        return Libc.FcntlGetFlags(fd);
    }

    /// <summary>Whether a number that was asked so is a regular file; then whether the caller may learn what the page cache holds of it.</summary>
    /// <param name="fd">The number.</param>
    /// <param name="openFlags">What <see cref="FlagsOf"/> said.</param>
    /// <param name="mayAskCache">See <see cref="DescriptorEntry.MayAskCache"/>.</param>
    public readonly bool IsRegular(int fd, int openFlags, out bool mayAskCache)
    {
        var index = IndexOf(fd, out _);
        var seen = default(DescriptorEntry);
        if (index < 0)
        {
            seen.Fd = fd;
            seen.Traits = TraitsOf(openFlags) | (AskType(ref seen, fd, out _) == Statx.Regular ? RequestTraits.Regular : RequestTraits.None);
        }

        ref var entry = ref (index < 0 ? ref seen : ref _entries[index]);
        var isRegular = (entry.Traits & RequestTraits.Regular) != 0;
        mayAskCache = isRegular && entry.MayAskCache();
        return isRegular;
    }

    /// <summary>Where to make that attempt.</summary>
    public readonly int LookFd(int fd) => IndexOf(fd, out _) is var index and >= 0 ? _entries[index].LookFd : fd;

    /// <summary>The attempt was not all: a request is to hold the file. It is so asked once it is held, and not before.</summary>
    public void WillHold(int fd) => _willHold = fd == _triedFd;

    /// <summary>The entry of a descriptor, made at first sight; valid until the next call of Find if it is bad. -1: memory is out.</summary>
    /// <param name="fd">The user's number.</param>
    /// <param name="holds">Whether the request can only end on a held file.</param>
    public int Find(int fd, bool holds)
    {
        var index = IndexOf(fd, out var place);
        if (index < 0 && fd != _triedFd)
        {
            index = TryShare(fd, place);
        }

        if (index >= 0)
        {
            return index;
        }

        ref var entry = ref _entries[_count];
        entry = new DescriptorEntry { Fd = fd };
        if (holds || (_willHold && fd == _triedFd))
        {
            HoldAndAsk(ref entry);
        }
        else
        {
            Ask(ref entry, fd);
        }

        return entry.OpenFlags < 0 ? _count : Count(place);
    }

    /// <summary>What the file's <c>user.aio2.pi</c> says, read once (ATTR-8).</summary>
    public readonly MarkState MarkOf(int index, out PiFormat format)
    {
        var entry = _entries + index;
        if (entry->Mark == MarkState.Unread)
        {
            Span<byte> buffer = stackalloc byte[ProtectionMark.BytesMax];
            entry->Mark = ProtectionMark.Read(entry->LookFd, buffer, out var mark, out _);
            entry->Format = mark.Format;
        }

        format = entry->Format;
        return entry->Mark;
    }

    /// <summary>Holds the open file: null and the error, if that fails; <c>-EBADF</c>, if the number was closed since it was
    /// asked, and be it that another file stands there now.</summary>
    public readonly HeldFile* Hold(int index, out int error)
    {
        var entry = _entries + index;
        if (entry->File == null && entry->HoldError == 0)
        {
            entry->File = HeldFile.Hold(entry->Fd, out entry->HoldError);
            if (entry->File != null && !IsStill(*entry, entry->File->Fd))
            {
                HeldFile.Release(entry->File);
                entry->File = null;
                entry->HoldError = -Errno.EBADF;
            }
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

        if (_places != null)
        {
            NativeMemory.Free(_entries);
        }
    }

    // Of an entry that is there, else -1, and where it would be.
    private readonly int IndexOf(int fd, out uint place)
    {
        place = 0;
        if (_places != null)
        {
            place = PlaceOf(fd);
            return _places[place] - 1;
        }

        // The newest first: runs name one file many times, or few files.
        var i = _count - 1;
        while (i >= 0 && _entries[i].Fd != fd)
        {
            i--;
        }

        return i;
    }

    // The newest entry is in place: its index. One stays free, for what is bad.
    private int Count(uint place)
    {
        if (_count + 1 < _capacity)
        {
            if (_places != null)
            {
                _places[place] = _count + 1;
            }

            return _count++;
        }

        if (TryGrow())
        {
            return _count++;
        }

        // It is in no table, so that nobody else would.
        if (_entries[_count].File != null)
        {
            HeldFile.Release(_entries[_count].File);
        }

        return -1;
    }

    // An entry for a file that a request of an earlier call holds; -1 if there is none.
    private int TryShare(int fd, uint place)
    {
        var seat = _seats is null ? null : _seats.TryShare(fd);
        if (seat == null)
        {
            return -1;
        }

        var flags = Libc.FcntlGetFlags(seat->File.Fd);
        _entries[_count] = new DescriptorEntry
        {
            Fd = fd,
            File = &seat->File,
            OpenFlags = flags,
            Traits = seat->Traits | TraitsOf(flags),
            IsOwnerOpen = true,
        };
        return Count(place);
    }

    private readonly void HoldAndAsk(ref DescriptorEntry entry)
    {
        var held = Libc.Dup(entry.Fd);
        Ask(ref entry, held < 0 ? entry.Fd : held);
        if (held < 0)
        {
            entry.HoldError = held;
            return;
        }

        if (entry.OpenFlags < 0)
        {
            _ = Libc.Close(held);
            return;
        }

        // Only files, which end unaided: what waits may be held longer than the context lives.
        var seat = _seats is null || (entry.Traits & RequestTraits.Seekable) == 0 ? null : _seats.TryTake(held);
        if (seat != null)
        {
            entry.File = &seat->File;
            FileSeat.Show(seat, entry.Fd, entry.Traits & ~TraitsOf(~0));
        }
        else
        {
            entry.File = HeldFile.Keep(held, out entry.HoldError);
        }
    }

    // Where the number is, or would be. There is always an empty place.
    private readonly uint PlaceOf(int fd)
    {
        var mask = ((uint)_capacity * 2) - 1;
        var place = (uint)((((ulong)(uint)fd * Key) >> 20) & mask);
        while (_places[place] != 0 && _entries[_places[place] - 1].Fd != fd)
        {
            place = (place + 1) & mask;
        }

        return place;
    }

    // With the newest entry in place, but not yet counted.
    private bool TryGrow()
    {
        var capacity = _capacity * 4;
        var larger = (DescriptorEntry*)NativeBlock.TryAlloc((nuint)(capacity * (sizeof(DescriptorEntry) + (2 * sizeof(int)))));
        if (larger == null)
        {
            return false;
        }

        Buffer.MemoryCopy(_entries, larger, capacity * sizeof(DescriptorEntry), (_count + 1) * sizeof(DescriptorEntry));
        if (_places != null)
        {
            NativeMemory.Free(_entries);
        }

        _entries = larger;
        _capacity = capacity;
        _places = (int*)(larger + capacity);
        new Span<int>(_places, 2 * capacity).Clear();
        for (var i = 0; i <= _count; i++)
        {
            _places[PlaceOf(_entries[i].Fd)] = i + 1;
        }

        return true;
    }

    private static void Ask(ref DescriptorEntry entry, int fd)
    {
        entry.OpenFlags = fd < 0 ? -Errno.EBADF : Libc.FcntlGetFlags(fd);
        if (entry.OpenFlags < 0 || (entry.OpenFlags & Libc.O_PATH) != 0)
        {
            entry.OpenFlags = -Errno.EBADF;
            return;
        }

        // What a positioned transfer of nothing says tells streams from the rest: it is refused before the file is asked.
        var write = (entry.OpenFlags & Libc.O_ACCMODE) == Libc.O_WRONLY;
        var probed = write ? Libc.Pwritev2(fd, null, 0, 0, 0) : Libc.Preadv2(fd, null, 0, 0, 0);
        var type = AskType(ref entry, fd, out var stat);
        var isSeekable = type is Statx.Regular or Statx.BlockDevice or Statx.Directory;
        if (!isSeekable)
        {
            // One of nothing at the file position is refused only where there is no such operation.
            entry.CannotRead = !write && Libc.Preadv2(fd, null, 0, -1, 0) == -Errno.EINVAL;
            entry.CannotWrite = (entry.OpenFlags & Libc.O_ACCMODE) != Libc.O_RDONLY && Libc.Pwritev2(fd, null, 0, -1, 0) == -Errno.EINVAL;
        }

        entry.Traits = (isSeekable ? RequestTraits.Seekable : RequestTraits.Pollable)
            | (type == Statx.Regular ? RequestTraits.Regular : RequestTraits.None)
            | (type == Statx.Regular && IsTmpfs(fd, stat) ? RequestTraits.Tmpfs : RequestTraits.None)
            | (probed == -Errno.ESPIPE ? RequestTraits.Stream : RequestTraits.None)
            | TraitsOf(entry.OpenFlags);
    }

    private static int AskType(ref DescriptorEntry entry, int fd, out Statx stat)
    {
        var type = Libc.Statx(fd, Statx.TypeOwnerAndInode, out stat) == 0 ? stat.Mode & Statx.TypeMask : 0;
        (entry.Device, entry.Inode) = (stat.Device, stat.Inode);
        entry.Uid = (stat.Mask & Statx.Owner) != 0 ? stat.Uid : uint.MaxValue;
        return type;
    }

    private static RequestTraits TraitsOf(int openFlags) =>
        ((openFlags & Libc.O_NONBLOCK) != 0 ? RequestTraits.NonBlocking : RequestTraits.None)
        | ((openFlags & Libc.O_DIRECT) != 0 ? RequestTraits.Direct : RequestTraits.None)
        | ((openFlags & Libc.O_ACCMODE) != Libc.O_RDONLY ? RequestTraits.Writable : RequestTraits.None);

    private static bool IsStill(in DescriptorEntry entry, int fd)
    {
        _ = Libc.Statx(fd, Statx.TypeOwnerAndInode, out var stat);
        return stat.Device == entry.Device && stat.Inode == entry.Inode;
    }

    // Asked anew in each call: device numbers without a device are handed out again after an unmount.
    private static bool IsTmpfs(int fd, in Statx stat) =>
        stat.DevMajor == 0 && Libc.Fstatfs(fd, out var fs) == 0 && fs.Type == Statfs.Tmpfs;
}
