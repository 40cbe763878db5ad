using System.Runtime.InteropServices;
using AioV2.Kernel.Linux;

namespace AioV2.Kernel.Tests;

/// <summary>A page whose first touch waits until the test lets it go (userfaultfd): so a system call that reads it hangs where
/// nothing can stop it.</summary>
internal sealed unsafe class StalledPage : IDisposable
{
    private const uint UFFDIO_API = 0xc018aa3f, UFFDIO_REGISTER = 0xc020aa00;
    private const ulong UFFD_API = 0xaa, UFFDIO_REGISTER_MODE_MISSING = 1;

    private int _fault;

    public StalledPage()
    {
        Address = (byte*)Libc.Mmap(null, 4096, Libc.PROT_READ | Libc.PROT_WRITE, Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS, -1, 0);
        _fault = (int)Libc.Syscall(RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 282 : 323, Libc.O_CLOEXEC | Libc.O_NONBLOCK);
        Assert.True(_fault >= 0, $"userfaultfd: {_fault}");
        var api = stackalloc ulong[3] { UFFD_API, 0, 0 };
        var range = stackalloc ulong[4] { (ulong)Address, 4096, UFFDIO_REGISTER_MODE_MISSING, 0 };
        Assert.Equal(0, Ioctl(UFFDIO_API, api));
        Assert.Equal(0, Ioctl(UFFDIO_REGISTER, range));
    }

    public byte* Address { get; }

    /// <summary>Waits until somebody waits for the page.</summary>
    public void AwaitTouch()
    {
        var fault = new Pollfd { Fd = _fault, Events = Libc.POLLIN };
        Assert.Equal(1, Libc.Poll(&fault, 1, (int)Harness.Patience * 1000));
        Assert.Equal(Libc.POLLIN, fault.Returned);
    }

    /// <summary>Whoever waits for the page finds zeroes.</summary>
    public void LetGo()
    {
        if (_fault >= 0)
        {
            _ = Libc.Close(_fault);
            _fault = -1;
        }
    }

    public void Dispose()
    {
        LetGo();
        _ = Libc.Munmap(Address, 4096);
    }

    private int Ioctl(uint request, void* argument) =>
        (int)Libc.Syscall(RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 29 : 16, _fault, (nint)request, (nint)argument);
}
