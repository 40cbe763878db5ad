using AioV2.Conformance.Calls;
using AioV2.Conformance.Model;
using FsCheck;
using FsCheck.Fluent;

namespace AioV2.Conformance.Generate;

/// <summary>FsCheck's generator of whole sequences, which the child then runs: each is a walk that the model predicts step by step.</summary>
/// <remarks>Not FsCheck's state machine: its actual side would stay empty, since the calls are made in another process and judged
/// afterwards, and it would move the model once more for each step.</remarks>
public static class SequenceGenerator
{
    /// <summary>Sequences for implementations that offer this.</summary>
    /// <param name="offered">What the implementation offers.</param>
    /// <param name="length">Steps of each, behind the one that writes the iovec arrays.</param>
    public static Gen<GeneratedSequence> Of(Capabilities offered, int length) =>
        from high in Gen.Choose(0, int.MaxValue)
        from low in Gen.Choose(0, int.MaxValue)
        select Walk(offered, length, Dice.Mix((ulong)high << 31 | (uint)low));

    private static GeneratedSequence Walk(Capabilities offered, int length, ulong seed)
    {
        var model = new AioModel(offered);
        var dice = new Dice(seed);
        var steps = new Step[length + 1];
        var lowered = new Step[length + 1];
        for (int i = 0; i < steps.Length; i++)
        {
            steps[i] = i == 0 ? MetaArrays.Poke : StepGenerator.Next(model, dice.Next());
            lowered[i] = Prediction.Lower(model, steps[i]);
            Prediction.Move(model, steps[i]);
        }

        return new GeneratedSequence(steps, lowered);
    }
}
