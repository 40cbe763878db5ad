using AioV2.Abi;
using AioV2.Kernel.Linux;
using AioV2.Tests;

namespace AioV2.Kernel.Tests.Attributes;

/// <summary>WRITE_HINT (ATTR-7).</summary>
public sealed unsafe class WriteHintTests() : AttributeLaws(Aio2AttrType.WriteHint)
{
    private const int GetHint = 1035;

    protected override byte[] Sample => BitConverter.GetBytes(2ul);

    [Theory, MemberData(nameof(Engines)), Requirement("ATTR-7")]
    public void The_inode_has_the_hint_and_the_return_says_so(EngineKind engine)
    {
        using var bench = new AttributeBench(engine);
        for (ulong hint = 0; hint <= 5; hint++)
        {
            var (done, returned) = bench.Handled<Aio2RetWriteHint>(Write(bench, hint));

            ulong now = 99;
            Assert.Equal(0, Libc.Fcntl(bench.File.Fd, GetHint, (nint)(&now)));
            Assert.Equal((AttributeBench.FileBytes, hint, hint), (done.Res, returned.Hint, now));
        }
    }

    [Fact, Requirement("ATTR-7")]
    public void With_noreturn_the_hint_is_set_nevertheless()
    {
        using var bench = new AttributeBench();
        Assert.Equal(AttributeBench.FileBytes, bench.Run(Write(bench, 4, Aio2AttrFlags.Noreturn)).Res);

        ulong now = 99;
        Assert.Equal(0, Libc.Fcntl(bench.File.Fd, GetHint, (nint)(&now)));
        Assert.Equal(4ul, now);
    }

    [Fact, Requirement("ATTR-3", "ATTR-7")]
    public void Where_the_hint_cannot_be_set_the_status_says_why_and_the_write_goes_on()
    {
        using var bench = new AttributeBench();
        var sealedOff = Libc.Open("/dev/null", Libc.O_WRONLY | Libc.O_CLOEXEC);

        // Whatever this kernel says to the plain call is what the return must say.
        ulong hint = 3;
        var plain = Libc.Fcntl(sealedOff, 1036, (nint)(&hint));
        var record = Record.Of(Harness.Write(sealedOff, bench.Data, 8, -1)).Payload(Info.Type, new Aio2AttrWriteHint { Hint = 3 });
        var done = bench.Run(record);
        Assert.Equal(0, Libc.Close(sealedOff));
        Assert.Equal((8L, plain), (done.Res, Assert.Single(done.ReturnList()).Head.Status));
    }

    private Record Write(AttributeBench bench, ulong hint, ushort flags = 0) =>
        Record.Of(bench.Iocb(Aio2Op.Pwrite)).Payload(Info.Type, new Aio2AttrWriteHint { Hint = hint }, flags);
}
