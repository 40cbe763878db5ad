using System.Runtime.InteropServices;
using AioV2.Kernel.Linux;

namespace AioV2.Kernel.Tests.Hostile;

/// <summary>A process whose memory is used up: no block of <see cref="Smallest"/> bytes or more can be had until it is disposed.</summary>
internal sealed unsafe class AddressSpace : IDisposable
{
    public const int Smallest = 512 * 1024;

    private const int AddressSpaceLimit = 9;
    private const ulong Room = 64 << 20;

    private readonly ulong _soft, _hard;
    private void** _taken;

    public AddressSpace()
    {
        var limit = stackalloc ulong[2];
        Assert.Equal(0, Limit(null, limit));
        (_soft, _hard) = (limit[0], limit[1]);
        var pages = ulong.Parse(File.ReadAllText("/proc/self/statm").Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
        limit[0] = (pages * (ulong)Environment.SystemPageSize) + Room;
        Assert.Equal(0, Limit(limit, null));
        for (nuint bytes = 8 << 20; bytes >= Smallest; bytes /= 2)
        {
            while (Take(bytes) is var block && block != null)
            {
                *(void**)block = _taken;
                _taken = (void**)block;
            }
        }
    }

    public void Dispose()
    {
        while (_taken != null)
        {
            var next = (void**)*_taken;
            NativeMemory.Free(_taken);
            _taken = next;
        }

        var limit = stackalloc ulong[2] { _soft, _hard };
        Assert.Equal(0, Limit(limit, null));
    }

    private static void* Take(nuint bytes)
    {
        try
        {
            return NativeMemory.Alloc(bytes);
        }
        catch (OutOfMemoryException)
        {
            return null;
        }
    }

    private static int Limit(ulong* wanted, ulong* was) =>
        (int)Libc.Syscall(RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 261 : 302, 0, AddressSpaceLimit, (nint)wanted, (nint)was);
}
