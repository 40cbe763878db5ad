using AioV2.Abi;
using AioV2.Conformance.Calls;
using AioV2.Conformance.Model;
using AioV2.Conformance.Run;
using AioV2.Conformance.World;
using AioV2.Tests;

namespace AioV2.Conformance.Tests;

/// <summary>A spoilt byte can make any attribute a PI on a file without protection.</summary>
public sealed class ProtectionRefusalTests
{
    [Theory, Requirement("ATTR-8")]
    [InlineData(Aio2Setup.UserReap)]
    [InlineData(Aio2Setup.UserReap | Aio2Setup.SubmitAll)]
    public void A_file_without_protection_may_refuse_what_asks_for_it(uint flags)
    {
        byte[] p = new byte[Aio2Params.SizeOf];
        var read = new Iocb2 { Opcode = Aio2Op.Pread, UserData = 2, Fd = WorldLayout.FileRo };
        byte[] protectedRead = new IocbWriter().Add(read).Attribute(Aio2AttrType.Account, 0, new byte[8])
            .Attribute(Aio2AttrType.Pi, Aio2AttrFlags.Required, new byte[39]).ToArray();
        using var runner = new SequenceRunner(ChildEntry.Mutant("none"), TimeSpan.FromSeconds(30));

        Assert.Null(runner.Run([runner.Lower([new SetupStep(0, Aio2.Version, flags, p, (uint)p.Length), new SubmitStep(0, protectedRead), new DrainStep(0, true)])], new Tally(), out _)[0]);
    }
}
