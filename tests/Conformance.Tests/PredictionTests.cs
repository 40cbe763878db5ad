using AioV2.Abi;
using AioV2.Conformance.Calls;
using AioV2.Conformance.Model;
using AioV2.Conformance.World;

namespace AioV2.Conformance.Tests;

/// <summary>What a drain waits for is what the model is sure of.</summary>
public sealed class PredictionTests
{
    // Real-time class, level 256: bits that some Linux refuse and later ones take for hints.
    private static readonly byte[] Hint = [0, 1 << 5 | 1, 0, 0, 0, 0, 0, 0];

    [Fact]
    public void Behind_a_record_that_may_be_refused_nothing_is_owed()
    {
        var model = new AioModel(Capabilities.Everything);
        byte[] p = new byte[Aio2Params.SizeOf];
        Prediction.Move(model, new SetupStep(0, Aio2.Version, 0, p, (uint)p.Length));
        var read = new Iocb2 { Opcode = Aio2Op.Pread, UserData = 2, Fd = WorldLayout.FileRo, Addr = WorldLayout.Data, Len = 8 };

        byte[] run = new IocbWriter().Add(new Iocb2 { Opcode = Aio2Op.Nop, UserData = 1 }).Add(read).Attribute(Aio2AttrType.Ioprio, 0, Hint)
            .Add(new Iocb2 { Opcode = Aio2Op.Nop, UserData = 3 }).ToArray();

        Prediction.Move(model, new SubmitStep(0, run));

        Assert.Equal(3, model.Contexts[0]!.Outstanding.Count);
        Assert.Equal(1, ((DrainStep)Prediction.Lower(model, new DrainStep(0, false))).Owed);
    }
}
