using AioV2.Abi;
using AioV2.Abi.Ring;

namespace AioV2.Cli.Soak;

/// <summary>The ring of an episode as its user sees it, and the memory around one that the user gave.</summary>
/// <remarks>RING_FD and RING_ADDR:<code>
///  | canary page | ring … | canary page |     one sealed memory file, mapped as a whole
/// </code></remarks>
internal sealed unsafe class SoakRing : IDisposable
{
    private const int Page = 4096;
    private const byte Canary = 0x3c;

    private readonly List<(ulong Address, ulong Bytes)> _views = [];
    private int _fd = -1;
    private byte* _own;
    private nuint _ownBytes;
    private ulong _view;

    /// <summary>Start of the view that is in use, or null. Mapped until the episode is over, unless it was lost on purpose.</summary>
    public byte* View => (byte*)Volatile.Read(ref _view);

    public uint UserOffset { get; private set; }

    public uint DataOffset { get; private set; }

    public ulong MapBytes { get; private set; }

    /// <summary>The ring in the user's own memory, all of which can be written; null if the kernel made it.</summary>
    public byte* Own => _own == null ? null : _own + Page;

    /// <summary>Bytes there.</summary>
    public ulong OwnBytes => _ownBytes - (2 * Page);

    /// <summary>Before set-up: the memory, if the user gives it.</summary>
    public void Prepare(EpisodePlan plan, ref Aio2Params parameters)
    {
        if ((plan.Flags & (Aio2Setup.RingFd | Aio2Setup.RingAddr)) == 0)
        {
            return;
        }

        var bytes = RingLayout.For(plan.RingBytes, Page).MapBytes;
        _ownBytes = (nuint)bytes + (2 * Page);
        _fd = Linux.Require(Linux.Memfd("aio2-soak-ring", Linux.MemfdCloexec | Linux.MemfdSealing));
        _ = Linux.Require(Linux.Truncate(_fd, (long)_ownBytes));
        _ = Linux.Require(Linux.Fcntl(_fd, Linux.AddSeals, Linux.SealShrink));
        _own = Linux.Map(null, _ownBytes, Linux.ProtRead | Linux.ProtWrite, Linux.MapShared, _fd);
        new Span<byte>(_own, Page).Fill(Canary);
        new Span<byte>(_own + _ownBytes - Page, Page).Fill(Canary);
        if ((plan.Flags & Aio2Setup.RingFd) != 0)
        {
            parameters.RingFd = _fd;
            parameters.RingOffset = Page;
        }
        else
        {
            parameters.RingAddr = (ulong)(_own + Page);
        }
    }

    /// <summary>After set-up.</summary>
    public void Use(in Aio2Params parameters)
    {
        // By RING_FD the kernel maps a view of its own making, and the user has one too.
        (UserOffset, DataOffset, MapBytes) = (parameters.UserOffset, parameters.DataOffset, parameters.RingMapBytes);
        Add(parameters.RingAddr, parameters.RingMapBytes);
        if (_own != null)
        {
            Volatile.Write(ref _view, (ulong)Own);
        }
    }

    /// <summary>After RESIZE.</summary>
    public void Use(in Aio2RingInfo info)
    {
        (UserOffset, DataOffset, MapBytes) = (info.UserOffset, info.DataOffset, info.RingMapBytes);
        Add(info.RingAddr, info.RingMapBytes);
    }

    /// <summary>What was written around the user's own memory, or null.</summary>
    public string? Check() =>
        _own != null && (new ReadOnlySpan<byte>(_own, Page).ContainsAnyExcept(Canary) || new ReadOnlySpan<byte>(_own + _ownBytes - Page, Page).ContainsAnyExcept(Canary))
            ? "a page beside the ring's memory was written" : null;

    public void Dispose()
    {
        foreach (var (address, bytes) in _views)
        {
            if (_own == null || address < (ulong)_own || address >= (ulong)_own + _ownBytes)
            {
                _ = Linux.Unmap((void*)address, (nuint)bytes);
            }
        }

        if (_own != null)
        {
            _ = Linux.Unmap(_own, _ownBytes);
        }

        if (_fd >= 0)
        {
            _ = Linux.Close(_fd);
        }
    }

    private void Add(ulong address, ulong bytes)
    {
        if (address != 0)
        {
            _views.Add((address, bytes));
            Volatile.Write(ref _view, address);
        }
    }
}
