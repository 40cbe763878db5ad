using System.Text;
using AioV2.Abi;
using AioV2.Kernel.Memory;
using AioV2.Tests;

namespace AioV2.Kernel.Tests;

/// <summary>io_probe2, and the calls of later issues (PROBE-1, ERR-1).</summary>
public sealed unsafe class ProbeTests
{
    [Theory, InlineData(UserMemoryPolicy.Checked), InlineData(UserMemoryPolicy.Direct), Requirement("PROBE-1")]
    public void The_kernel_describes_itself(UserMemoryPolicy policy)
    {
        using var kernel = Harness.NewKernel(policy, 1000);
        var answer = new Aio2ProbeKernel();

        Assert.Equal(128, kernel.Probe(Aio2Probe.Kernel, &answer, 128));

        Assert.Equal((128u, 2u, 2u, 1000ul), (answer.Size, answer.VersionMin, answer.VersionMax, answer.ReqsCeiling));
        Assert.Equal(policy == UserMemoryPolicy.Direct, answer.UserMemory == Aio2UserMemory.Direct);
        Assert.Equal("threads", Text(answer.Engine, 16));
        Assert.Equal(Aio2.SpecHash, Convert.ToHexStringLower(new ReadOnlySpan<byte>(answer.SpecHash, 32)));
    }

    [Fact, Requirement("PROBE-1")]
    public void What_is_told_as_supported_is_what_is_accepted()
    {
        using var aio = Harness.Context();
        var ops = stackalloc Aio2ProbeOp[16];
        var count = aio.Kernel.Probe(Aio2Probe.Ops, ops, 16 * 32) / 32;
        var told = Enumerable.Range(0, (int)count).Select(i => ops[i].Opcode).ToHashSet();
        for (ushort opcode = 0; opcode < 16; opcode++)
        {
            var known = aio.Submit(Record.Of(new Iocb2 { Opcode = opcode, Flags = 0x8000 }).Bytes, out var ext) == -Errno.EINVAL
                && ext.Reason != Aio2Reason.OpcodeUnknown;
            Assert.Equal(told.Contains(opcode), known);
        }

        var attributes = stackalloc Aio2ProbeAttr[16];
        var types = aio.Kernel.Probe(Aio2Probe.Attrs, attributes, 16 * 48) / 48;
        for (ushort type = 1; type < 16; type++)
        {
            var known = aio.Submit(Record.Nop().Attribute(type, new byte[64], Aio2AttrFlags.Required).Bytes, out var ext) > 0
                || ext.Reason != Aio2Reason.AttrUnknown;
            Assert.Equal(Enumerable.Range(0, (int)types).Any(i => attributes[i].Type == type), known);
        }
    }

    [Fact, Requirement("PROBE-1", "ERR-1")]
    public void A_probe_is_refused_for_an_unknown_what_a_short_buffer_and_a_bad_one()
    {
        using var kernel = Harness.NewKernel();
        var buffer = stackalloc byte[128];

        Assert.Equal(-Errno.EINVAL, kernel.Probe(0, (void*)8, 0));
        Assert.Equal(-Errno.EINVAL, kernel.Probe(7, buffer, 128));
        Assert.Equal(-Errno.EMSGSIZE, kernel.Probe(Aio2Probe.Kernel, (void*)8, 127));
        Assert.Equal(-Errno.EFAULT, kernel.Probe(Aio2Probe.Kernel, (void*)8, 128));
        Assert.Equal(0, kernel.Probe(Aio2Probe.Accounts, null, 0));
    }

    [Fact, Requirement("ERR-1", "SETUP-4")]
    public void Calls_that_are_not_built_say_so_after_the_context()
    {
        using var aio = Harness.Context();

        Assert.Equal(-Errno.ENXIO, aio.Kernel.Cancel(aio.Ctx + 1, 0, 0));
        Assert.Equal(-Errno.ENXIO, aio.Kernel.RingCtl(aio.Ctx + 1, 99, 0));
        Assert.Equal(-Errno.EINVAL, aio.Kernel.RingCtl(aio.Ctx, 99, 0));
        Assert.Equal(-Errno.EFAULT, aio.Kernel.RingCtl(aio.Ctx, Aio2Ctl.Resize, 0));
    }

    [Fact, Requirement("SUBMIT-7")]
    public void Append_writes_at_the_end_whatever_the_offset()
    {
        using var aio = Harness.Context();
        using var file = new ScratchFile(content: [1, 2, 3]);
        var data = aio.Memory(8);
        data[0] = 9;

        aio.Submit(Harness.Write(file.Fd, data, 1, 0) with { RwFlags = Aio2Rwf.Append });

        Assert.Equal(1, aio.ReapOne().Res);
        Assert.Equal([1, 2, 3, 9], File.ReadAllBytes(file.Path));
    }

    [Fact, Requirement("SUBMIT-4")]
    public void Offset_minus_1_is_the_file_position()
    {
        using var aio = Harness.Context();
        using var file = new ScratchFile(content: [1, 2, 3, 4]);
        var data = aio.Memory(8);

        aio.Submit(Harness.Read(file.Fd, data, 3, -1));
        Assert.Equal(3, aio.ReapOne().Res);
        aio.Submit(Harness.Read(file.Fd, data, 3, -1));

        Assert.Equal((1L, (byte)4), (aio.ReapOne().Res, data[0]));
    }

    private static string Text(byte* field, int bytes) => Encoding.ASCII.GetString(field, bytes).TrimEnd('\0');
}
