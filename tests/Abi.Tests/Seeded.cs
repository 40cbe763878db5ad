using AioV2.Tests;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Core;

namespace AioV2.Abi.Tests;

/// <summary>Properties with a fixed seed: a failure on one machine is a failure on all.</summary>
internal static class Seeded
{
    /// <summary>Runs a property on so many values; an exception or a failed assertion is shrunk and reported.</summary>
    public static void ForAll<T>(Gen<T> values, int tests, Action<T> law, ulong seed = 2012) =>
        ForAll(values.ToArbitrary(), tests, law, seed);

    /// <inheritdoc cref="ForAll{T}(Gen{T}, int, Action{T}, ulong)"/>
    public static void ForAll<T>(Arbitrary<T> values, int tests, Action<T> law, ulong seed = 2012) =>
        Check.One(
            Config.QuickThrowOnFailure
                .WithQuietOnSuccess(true)
                .WithMaxTest(LawCases.Of(tests))
                .WithReplay(FSharpOption<Replay>.Some(new Replay(new Rnd(seed, 2 * seed + 1), FSharpOption<int>.None))),
            Prop.ForAll(LawCases.Percent == 100 ? values : values.Generator.ToArbitrary(), law));
}
