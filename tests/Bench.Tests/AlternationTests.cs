using AioV2.Bench.Harness;

namespace AioV2.Bench.Tests;

public class AlternationTests
{
    [Fact]
    public void Legs_that_count_alternate_beginning_with_ours()
    {
        var log = new List<string>();
        var pairs = Alternation.Pairs(Fake("A", log), Fake("B", log), Samples.Options, CancellationToken.None);

        Assert.Equal(Samples.Options.Rounds, pairs.Count);
        Assert.Equal("ABABABAB", string.Concat(log.TakeLast(2 * Samples.Options.Rounds)));
    }

    [Fact]
    public void A_leg_is_sized_to_take_the_time_asked_for()
    {
        var side = Fake("A", []);
        var size = Alternation.SizeOfLeg(side, Samples.Options, CancellationToken.None);

        // 10 ns an operation, legs of 10 000 ns.
        Assert.Equal(1000, size);
    }

    [Fact]
    public void Each_side_is_warmed_up_before_anything_counts()
    {
        var log = new List<string>();
        var spent = 0L;
        var side = new FakeSide("A", log, (_, operations) =>
        {
            spent += 10 * operations;
            return 10 * operations;
        });
        Alternation.SizeOfLeg(side, Samples.Options, CancellationToken.None);

        Assert.True(spent >= Samples.Options.WarmUp.TotalNanoseconds);
    }

    [Fact]
    public void A_side_that_no_jit_compiles_is_only_sized()
    {
        List<string> warmed = [], sized = [];
        Alternation.SizeOfLeg(new FakeSide("A", warmed, (_, n) => 10 * n), Samples.Options, CancellationToken.None);
        Alternation.SizeOfLeg(new FakeSide("A", sized, (_, n) => 10 * n, ahead: true), Samples.Options, CancellationToken.None);

        Assert.True(sized.Count < warmed.Count);
    }

    [Fact]
    public void Work_outside_of_the_time_counts_towards_the_length_of_a_leg()
    {
        var side = new FakeSide("A", [], (_, operations) => operations, spent: operations => 10 * operations);

        Assert.Equal(1000, Alternation.SizeOfLeg(side, Samples.Options, CancellationToken.None));
    }

    [Fact]
    public void A_run_that_was_held_up_does_not_make_the_legs_short()
    {
        var runs = 0;
        var side = new FakeSide("A", [], (_, operations) => (10 * operations) + (++runs == 3 ? 10_000 : 0), ahead: true);

        Assert.Equal(1000, Alternation.SizeOfLeg(side, Samples.Options, CancellationToken.None));
    }

    [Fact]
    public void Pairs_are_measured_for_the_time_asked_for_and_no_fewer_than_the_rounds()
    {
        var options = Samples.Options with { Time = TimeSpan.FromTicks(2000) };
        var quick = Alternation.Pairs(Fake("A", []), Fake("B", []), options, CancellationToken.None);
        var slow = Alternation.Pairs(Slow("A"), Slow("B"), options, CancellationToken.None);
        var alone = Alternation.Alone(Fake("A", []), options, CancellationToken.None);

        // 200 000 ns: ten pairs of legs of 10 000 ns, or twenty legs.
        Assert.Equal((10, Samples.Options.Rounds, 20), (quick.Count, slow.Count, alone.Count));

        static FakeSide Slow(string name) => new(name, [], (_, operations) => operations * 1_000_000_000);
    }

    [Fact]
    public void Sides_that_take_no_time_end_though_a_time_is_asked_for()
    {
        var options = Samples.Options with { Time = TimeSpan.FromTicks(2000) };
        var none = Alternation.Pairs(
            new FakeSide("A", [], (_, _) => 0, most: 100), new FakeSide("B", [], (_, _) => 0, most: 100), options, CancellationToken.None);

        Assert.Equal(10, none.Count);
    }

    [Fact]
    public void A_leg_never_exceeds_what_a_side_can_do_at_most()
    {
        var asked = new List<long>();
        var side = new FakeSide("A", [], (_, operations) =>
        {
            asked.Add(operations);
            return operations;
        }, most: 7);
        Alternation.Pairs(side, Fake("B", []), Samples.Options, CancellationToken.None);

        Assert.Equal(7, asked.Max());
    }

    [Fact]
    public void A_side_slower_than_a_leg_runs_one_operation_at_a_time()
    {
        var size = Alternation.SizeOfLeg(new FakeSide("A", [], (_, n) => n * 1_000_000_000), Samples.Options, CancellationToken.None);

        Assert.Equal(1, size);
    }

    [Fact]
    public void A_side_that_takes_no_time_ends_nevertheless()
    {
        var side = new FakeSide("A", [], (_, _) => 0, most: 100);

        Assert.Equal(100, Alternation.SizeOfLeg(side, Samples.Options, CancellationToken.None));
    }

    [Fact]
    public void Cancellation_keeps_whole_pairs_only()
    {
        using var stop = new CancellationTokenSource();
        var legs = 0;
        var theirs = new FakeSide("B", [], (_, n) => 10 * n);
        var warm = Alternation.SizeOfLeg(theirs, Samples.Options, CancellationToken.None);
        var stopping = new FakeSide("A", [], (_, n) =>
        {
            // Sizing and warm-up take a few whole legs; the eighth stops the run in the middle of a pair.
            if (n >= warm && ++legs == 8)
            {
                stop.Cancel();
            }
            return 10 * n;
        });
        var pairs = Alternation.Pairs(stopping, theirs, Samples.Options with { Rounds = 1000 }, stop.Token);

        Assert.InRange(pairs.Count, 1, 7);
        Assert.All(pairs, pair => Assert.True(pair.Ours.Operations > 0 && pair.Theirs.Operations > 0));
    }

    private static FakeSide Fake(string name, List<string> log) => new(name, log, (_, operations) => 10 * operations);
}
