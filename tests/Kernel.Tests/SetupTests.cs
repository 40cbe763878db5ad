using AioV2.Abi;
using AioV2.Kernel.Linux;
using AioV2.Tests;

namespace AioV2.Kernel.Tests;

/// <summary>io_setup2 (SETUP-1…11), and what its ring looks like (RING-1).</summary>
public sealed unsafe class SetupTests
{
    [Fact, Requirement("SETUP-1", "ERR-1")]
    public void Another_version_fills_in_the_range_and_nothing_else()
    {
        using var kernel = Harness.NewKernel();
        var parameters = new Aio2Params { VersionMin = 9, VersionMax = 9, Ctx = 5 };

        Assert.Equal(-Errno.EINVAL, kernel.Setup(3, ~0u, &parameters, 96));

        Assert.Equal((2u, 2u, 5u), (parameters.VersionMin, parameters.VersionMax, parameters.Ctx));
        Assert.Equal(-Errno.EINVAL, kernel.Setup(3, 0, (Aio2Params*)8, 96));
    }

    [Fact, Requirement("SETUP-3", "SETUP-5", "SETUP-6")]
    public void All_zeroes_ask_for_the_defaults()
    {
        using var aio = Harness.Context(0, 0, 0);

        Assert.Equal((Aio2.NrReqsDefault, Aio2.RingBytesDefault, Aio2.EventMax), (aio.Params.NrReqs, aio.Params.RingBytes, aio.Params.MaxEventBytes));
        Assert.NotEqual(0u, aio.Ctx);
        Assert.Equal((2u, 2u), (aio.Params.VersionMin, aio.Params.VersionMax));
        Assert.Equal((0ul, 0ul), (aio.Params.RingAddr, aio.Params.RingMapBytes));
        Assert.Equal(EmbeddedKernel.Features, aio.Params.Features);
    }

    [Fact, Requirement("SETUP-3")]
    public void A_longer_struct_is_taken_if_what_is_unknown_is_zero()
    {
        using var kernel = Harness.NewKernel();
        var memory = stackalloc byte[8192];
        new Span<byte>(memory, 8192).Clear();

        Assert.Equal(-Errno.EINVAL, kernel.Setup(2, 0, (Aio2Params*)memory, 95));
        Assert.Equal(-Errno.E2BIG, kernel.Setup(2, 0, (Aio2Params*)memory, 4097));
        memory[4095] = 1;
        Assert.Equal(-Errno.E2BIG, kernel.Setup(2, 0, (Aio2Params*)memory, 4096));
        memory[4095] = 0;
        Assert.Equal(0, kernel.Setup(2, 0, (Aio2Params*)memory, 4096));
    }

    public static TheoryData<uint, int, string> Refused => new()
    {
        { 1u << 31, Errno.EINVAL, "" },
        { Aio2Setup.SingleReaper, Errno.EINVAL, "" },
        { Aio2Setup.RingFd | Aio2Setup.UserReap, Errno.EINVAL, "" },
        { Aio2Setup.RingAddr | Aio2Setup.UserReap, Errno.EINVAL, "" },
        { Aio2Setup.Defer | Aio2Setup.UserReap, Errno.EINVAL, "" },
        { Aio2Setup.At, Errno.EINVAL, "" },
        { 0, Errno.EINVAL, "ctx" },
        { 0, Errno.EINVAL, "eventfd" },
        { 0, Errno.EINVAL, "ring_fd" },
        { 0, Errno.EINVAL, "ring_addr" },
        { 0, Errno.EINVAL, "ring_offset" },
        { 0, Errno.EINVAL, "reserved" },
        { 0, Errno.EINVAL, "reserved2" },
        { 0, Errno.EOPNOTSUPP, "features" },
        { 0, Errno.EOPNOTSUPP, "unknown feature" },
        { 0, Errno.EINVAL, "ring_bytes small" },
        { 0, Errno.EINVAL, "ring_bytes odd" },
        { 0, Errno.EINVAL, "ring_bytes large" },
        { 0, Errno.EAGAIN, "nr_reqs" },
    };

    [Theory, MemberData(nameof(Refused)), Requirement("SETUP-2", "SETUP-4", "SETUP-5", "SETUP-6", "SETUP-7", "SETUP-10")]
    public void A_refused_setup_changes_nothing(uint flags, int errno, string field)
    {
        using var kernel = Harness.NewKernel(ceiling: 1000);
        var asked = default(Aio2Params);
        switch (field)
        {
            case "ctx": asked.Ctx = 1; break;
            case "eventfd": asked.Eventfd = 1; break;
            case "ring_fd": asked.RingFd = 1; break;
            case "ring_addr": asked.RingAddr = 4096; break;
            case "ring_offset": asked.RingOffset = 4096; break;
            case "reserved": asked.Reserved[0] = 1; break;
            case "reserved2": asked.Reserved[2] = 1; break;
            case "features": asked.Features = 1ul << 62; break;
            case "unknown feature": asked.Features = 1ul << 63; break;
            case "ring_bytes small": asked.RingBytes = 2048; break;
            case "ring_bytes odd": asked.RingBytes = 4104; break;
            case "ring_bytes large": asked.RingBytes = 1u << 31; break;
            case "nr_reqs": asked.NrReqs = 1001; break;
        }

        var given = asked;
        Assert.Equal(-errno, kernel.Setup(Aio2.Version, flags, &given, 96));

        Assert.True(new Span<byte>(&asked, 96).SequenceEqual(new Span<byte>(&given, 96)));
        var probe = new Aio2ProbeKernel();
        Assert.Equal(128, kernel.Probe(Aio2Probe.Kernel, &probe, 128));
        Assert.Equal((0ul, 1000ul), (probe.ReqsUsed, probe.ReqsCeiling));
    }

    [Fact, Requirement("SETUP-6")]
    public void The_ceiling_counts_all_contexts_and_destroy_gives_back()
    {
        using var kernel = Harness.NewKernel(ceiling: 100);
        using var first = Harness.Context(nrReqs: 60, kernel: kernel);
        var parameters = new Aio2Params { NrReqs = 41 };

        Assert.Equal(-Errno.EAGAIN, kernel.Setup(2, 0, &parameters, 96));
        parameters.NrReqs = 40;
        Assert.Equal(0, kernel.Setup(2, 0, &parameters, 96));
        Assert.Equal(0, kernel.Destroy(parameters.Ctx));
        parameters = new Aio2Params { NrReqs = 40 };
        Assert.Equal(0, kernel.Setup(2, 0, &parameters, 96));
    }

    [Fact, Requirement("SETUP-11")]
    public void Probe_fills_the_outputs_and_creates_nothing_and_its_answer_can_be_passed_on()
    {
        using var kernel = Harness.NewKernel();
        var parameters = new Aio2Params { RingBytes = 8192 };

        Assert.Equal(0, kernel.Setup(2, Aio2Setup.Probe | Aio2Setup.UserReap, &parameters, 96));
        Assert.Equal((0u, 0ul, 8192ul * 2, 2048u), (parameters.Ctx, parameters.RingAddr, parameters.RingMapBytes, parameters.MaxEventBytes));
        var probe = new Aio2ProbeKernel();
        kernel.Probe(Aio2Probe.Kernel, &probe, 128);
        Assert.Equal(0ul, probe.ReqsUsed);

        Assert.Equal(0, kernel.Setup(2, Aio2Setup.UserReap, &parameters, 96));
        Assert.Equal(0, Libc.Munmap((void*)parameters.RingAddr, (nuint)parameters.RingMapBytes));
    }

    [Fact, Requirement("RING-1", "SETUP-8")]
    public void The_view_is_read_only_but_for_the_user_page_and_cannot_be_made_writable()
    {
        using var aio = Harness.Context();
        var map = (byte*)aio.Params.RingAddr;

        Assert.Equal((Aio2.RingMagic, Aio2.RingVersion, 4096u, aio.Ctx, 0ul), (aio.Header->Magic, aio.Header->Version, aio.Header->RingBytes, aio.Header->Ctx, aio.Header->Tail));
        Assert.Equal((aio.Params.UserOffset, aio.Params.DataOffset, aio.Params.RingMapBytes, 1024u), (aio.Header->UserOffset, aio.Header->DataOffset, aio.Header->MapBytes, aio.Header->MaxEventBytes));
        Assert.Equal(-Errno.EACCES, Libc.Mprotect(map, 4096, Libc.PROT_READ | Libc.PROT_WRITE));
        Assert.Equal(-Errno.EACCES, Libc.Mprotect(map + aio.Params.DataOffset, 4096, Libc.PROT_READ | Libc.PROT_WRITE));
        aio.User->UserFlags = 0;
    }

    [Fact, Requirement("SETUP-8", "GET-5")]
    public void A_user_who_unmaps_its_view_still_gets_everything_by_the_call()
    {
        using var kernel = Harness.NewKernel();
        var parameters = new Aio2Params { RingBytes = 4096, NrReqs = 1000 };
        Assert.Equal(0, kernel.Setup(2, Aio2Setup.UserReap, &parameters, 96));
        var nop = Harness.Nop(1);
        Assert.Equal(48, kernel.Submit(parameters.Ctx, &nop, 48, null));
        Assert.Equal(0, Libc.Munmap((void*)parameters.RingAddr, (nuint)parameters.RingMapBytes));
        var buffer = stackalloc byte[4096];

        for (var i = 0; i < 500; i++)
        {
            Assert.Equal(48, kernel.Submit(parameters.Ctx, &nop, 48, null));
        }

        var total = 0L;
        for (long got; (got = kernel.GetEvents(parameters.Ctx, buffer, 4096, 0, null, 0)) > 0;)
        {
            total += got;
        }

        Assert.Equal(501 * 24, total);
        Assert.Equal(0, kernel.Destroy(parameters.Ctx));
    }
}
