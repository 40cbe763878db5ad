using AioV2.Abi;
using AioV2.Kernel.Linux;
using AioV2.Tests;

namespace AioV2.Kernel.Tests;

/// <summary>What a context leaves behind: nothing. These count what the whole process has, so they run alone.</summary>
[Collection(nameof(Alone))]
public sealed unsafe class ResourceTests
{
    [Fact, Requirement("SETUP-10")]
    public void An_unwritable_params_is_refused_and_leaves_no_mapping_descriptor_or_slot()
    {
        using var kernel = Harness.NewKernel();
        var page = (byte*)Libc.Mmap(null, 4096, Libc.PROT_READ, Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS, -1, 0);
        var maps = RingMaps();

        Assert.Equal(-Errno.EFAULT, kernel.Setup(2, Aio2Setup.UserReap, (Aio2Params*)page, 96));
        Assert.Equal(-Errno.EFAULT, kernel.Setup(2, Aio2Setup.UserReap, null, 96));

        Assert.Equal(maps, RingMaps());
        var probe = new Aio2ProbeKernel();
        kernel.Probe(Aio2Probe.Kernel, &probe, 128);
        Assert.Equal(0ul, probe.ReqsUsed);
        Libc.Munmap(page, 4096);
    }

    [Fact, Requirement("DESTROY-2", "SETUP-7")]
    public void A_context_spends_no_descriptor_and_its_kernel_mapping_goes_with_it()
    {
        using var kernel = Harness.NewKernel();
        var maps = RingMaps();
        var names = RingDescriptors();
        using (var aio = Harness.Context(kernel: kernel))
        {
            Assert.Equal(names, RingDescriptors());
        }

        Assert.Equal(maps, RingMaps());
    }

    private static int RingMaps() => File.ReadLines("/proc/self/maps").Count(line => line.Contains("aio2-ring", StringComparison.Ordinal));

    private static int RingDescriptors() =>
        new DirectoryInfo("/proc/self/fd").EnumerateFileSystemInfos()
            .Count(f => f.LinkTarget?.Contains("aio2-ring", StringComparison.Ordinal) == true);
}
