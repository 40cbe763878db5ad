namespace AioV2.Bench.Harness;

/// <summary>How long and what to measure.</summary>
/// <param name="Rows">Pattern over row ids: <c>*</c> any run of characters, <c>?</c> one.</param>
/// <param name="Rounds">Pairs of legs for each row, at least.</param>
/// <param name="Time">Time for which pairs are measured: more than <paramref name="Rounds"/> where they take less.</param>
/// <param name="Leg">Time that one leg should take.</param>
/// <param name="WarmUp">Time for which a side that is compiled while it runs does so before anything counts.</param>
/// <param name="FileBytes">Bytes of the file that is read; a power of two.</param>
/// <param name="InFlight">Requests in flight where a row is about many of them.</param>
/// <param name="CopyBytes">Bytes of the file that is copied.</param>
public sealed record BenchOptions(
    string Rows, int Rounds, TimeSpan Time, TimeSpan Leg, TimeSpan WarmUp, long FileBytes, int InFlight, long CopyBytes)
{
    /// <summary>Figures to quote: some minutes in all.</summary>
    public static BenchOptions Full { get; } = new(
        "*", 9, TimeSpan.FromSeconds(5), TimeSpan.FromMilliseconds(80), TimeSpan.FromMilliseconds(1000), 256 << 20, 1_000_000, 4L << 30);

    /// <summary>Does everything run? The figures are rough.</summary>
    public static BenchOptions Quick { get; } = new(
        "*", 3, TimeSpan.Zero, TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(120), 16 << 20, 100_000, 64 << 20);
}
