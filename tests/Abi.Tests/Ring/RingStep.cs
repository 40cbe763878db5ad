using FsCheck;
using FsCheck.Fluent;

namespace AioV2.Abi.Tests.Ring;

internal enum RingAct
{
    Write,
    WriteBatch,
    Read,
    ReadSmall,
    ReadBatch,
    Peek,
    PeekAll,
    KernelTake,
    LoseRace,
}

/// <summary>One step against a ring: what to do, and a number that sizes it.</summary>
internal sealed record RingStep(RingAct Act, int Number)
{
    /// <summary>Mostly writes and reads, of sizes that reach every index and the exact end.</summary>
    public static Gen<RingStep> Any { get; } = Gen.Zip(
        Gen.Frequency(
            (6, Gen.Constant(RingAct.Write)), (2, Gen.Constant(RingAct.WriteBatch)), (3, Gen.Constant(RingAct.Read)),
            (1, Gen.Constant(RingAct.ReadSmall)), (2, Gen.Constant(RingAct.ReadBatch)), (1, Gen.Constant(RingAct.Peek)), (1, Gen.Constant(RingAct.PeekAll)),
            (2, Gen.Constant(RingAct.KernelTake)), (1, Gen.Constant(RingAct.LoseRace))),
        Gen.OneOf(Gen.Choose(3, 128), Gen.Choose(3, 8), Gen.Choose(120, 128)),
        (act, number) => new RingStep(act, number));

    /// <summary>Sequences of steps, with shrinking.</summary>
    public static Arbitrary<RingStep[]> Runs { get; } =
        Arb.From(Gen.Choose(0, 300).SelectMany(n => Any.ArrayOf(n)), Shrink);

    // Halves, then single steps left out, then smaller numbers.
    private static IEnumerable<RingStep[]> Shrink(RingStep[] run)
    {
        if (run.Length > 1)
        {
            yield return run[..(run.Length / 2)];
            yield return run[(run.Length / 2)..];
        }

        for (int i = 0; i < run.Length; i++)
        {
            yield return [.. run[..i], .. run[(i + 1)..]];
        }

        for (int i = 0; i < run.Length; i++)
        {
            if (run[i].Number > 3)
            {
                yield return [.. run[..i], run[i] with { Number = 3 }, .. run[(i + 1)..]];
            }
        }
    }
}
