using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Kernel.Linux;
using AioV2.Kernel.Requests;

namespace AioV2.Kernel.Engines.Calls;

/// <summary>What a SYSCALL keeps in the place of its segments: the user's struct, copied at submit, and which descriptors in it
/// are the kernel's own.</summary>
/// <remarks><code>
///  0        8                          56       64      bytes
///  +--------+--------------------------+--------+
///  |   nr   | args[6]                  |  held  |
///  +--------+--------------------------+--------+
/// </code></remarks>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct CallBlock
{
    /// <summary>Segments that have room for it.</summary>
    public const int Segments = 4;

    private const ulong ConnectionBegun = 1ul << 63;

    public Aio2Syscall Call;

    // A bit for each argument that is a dup of the user's descriptor.
    private ulong _held;

    public bool IsConnecting
    {
        readonly get => (_held & ConnectionBegun) != 0;
        set => _held = value ? _held | ConnectionBegun : _held & ~ConnectionBegun;
    }

    /// <summary>The block of a request, or null where it was refused at submit.</summary>
    public static CallBlock* Of(Request* r) => r->SegmentCount == 0 ? null : (CallBlock*)Request.Segments(r);

    /// <summary>Puts dups in the place of descriptors: 0, or <c>-errno</c>.</summary>
    public int Hold()
    {
        ref readonly var call = ref AllowList.Of(Call.Nr);
        _held = 0;
        for (var i = 0; i < 6; i++)
        {
            if (((call.Files | call.Directories) >> i & 1) == 0 || (int)Call.Args[i] < 0)
            {
                continue;
            }

            var held = Libc.Dup((int)Call.Args[i]);
            if (held >= 0)
            {
                Call.Args[i] = (ulong)held;
                _held |= 1ul << i;
            }
            else if ((call.Files >> i & 1) != 0)
            {
                Release();
                return held;
            }
        }

        return 0;
    }

    /// <summary>Closes what is held.</summary>
    public void Release()
    {
        for (var i = 0; i < 6; i++)
        {
            if ((_held >> i & 1) != 0)
            {
                _ = Libc.Close((int)Call.Args[i]);
            }
        }

        _held = 0;
    }
}
