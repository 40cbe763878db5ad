using AioV2.Conformance.Calls;
using AioV2.Conformance.Model;
using FsCheck;
using FsCheck.Experimental;
using FsCheck.Fluent;

namespace AioV2.Conformance.Generate;

/// <summary>FsCheck's state machine over the model: what it generates are whole sequences, which the child then runs.</summary>
/// <remarks>The machine's actual side is empty: calls are made in another process, and judged afterwards.</remarks>
public sealed class AioMachine(Capabilities offered, int length) : Machine<object, AioModel>(length)
{
    /// <inheritdoc/>
    public override Arbitrary<Setup<object, AioModel>> Setup =>
        Arb.From(Gen.Constant<Setup<object, AioModel>>(new Start(offered)));

    /// <inheritdoc/>
    public override Gen<Operation<object, AioModel>> Next(AioModel model) =>
        Gen.Choose(0, int.MaxValue).Select(seed =>
            (Operation<object, AioModel>)new StepOperation(StepGenerator.Next(model, (ulong)seed * 0x9e3779b97f4a7c15)));

    private sealed class Start(Capabilities offered) : Setup<object, AioModel>
    {
        public override object Actual() => this;

        public override AioModel Model()
        {
            var model = new AioModel(offered);
            Prediction.Move(model, MetaArrays.Poke);
            return model;
        }
    }
}
