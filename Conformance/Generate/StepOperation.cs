using AioV2.Conformance.Calls;
using AioV2.Conformance.Model;
using FsCheck;
using FsCheck.Experimental;
using FsCheck.Fluent;

namespace AioV2.Conformance.Generate;

/// <summary>A step as an operation of FsCheck's state machine.</summary>
public sealed class StepOperation(Step step) : Operation<object, AioModel>
{
    /// <summary>The step.</summary>
    public Step Step { get; } = step;

    /// <inheritdoc/>
    public override bool Pre(AioModel model) => Prediction.Allows(model, Step);

    /// <inheritdoc/>
    public override AioModel Run(AioModel model)
    {
        Prediction.Move(model, Step);
        return model;
    }

    /// <inheritdoc/>
    public override Property Check(object actual, AioModel model) => true.ToProperty();

    /// <inheritdoc/>
    public override string ToString() => Step.ToString()!;
}
