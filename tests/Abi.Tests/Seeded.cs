using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Core;

namespace AioV2.Abi.Tests;

/// <summary>Properties with a fixed seed: a failure on one machine is a failure on all.</summary>
internal static class Seeded
{
    // A mutation run asks whether a test fails, thousands of times: AIO2_LAWS_PERCENT=10 takes fewer values and shrinks none.
    private static readonly int Percent =
        int.TryParse(Environment.GetEnvironmentVariable("AIO2_LAWS_PERCENT"), out int percent) ? Math.Clamp(percent, 1, 100) : 100;

    /// <summary>Runs a property on so many values; an exception or a failed assertion is shrunk and reported.</summary>
    public static void ForAll<T>(Gen<T> values, int tests, Action<T> law, ulong seed = 2012) =>
        ForAll(values.ToArbitrary(), tests, law, seed);

    /// <inheritdoc cref="ForAll{T}(Gen{T}, int, Action{T}, ulong)"/>
    public static void ForAll<T>(Arbitrary<T> values, int tests, Action<T> law, ulong seed = 2012) =>
        Check.One(
            Config.QuickThrowOnFailure
                .WithQuietOnSuccess(true)
                .WithMaxTest(Math.Max(tests * Percent / 100, 1))
                .WithReplay(FSharpOption<Replay>.Some(new Replay(new Rnd(seed, 2 * seed + 1), FSharpOption<int>.None))),
            Prop.ForAll(Percent == 100 ? values : values.Generator.ToArbitrary(), law));
}
