using AioV2.Bench.Harness;

namespace AioV2.Bench.Tests;

public class RowPatternTests
{
    [Theory]
    [InlineData("*", "read/hot/ext4/32", true)]
    [InlineData("read/*", "read/hot/ext4/32", true)]
    [InlineData("read/*/32", "read/hot/ext4/32", true)]
    [InlineData("read/*/32", "read/hot/ext4/320", false)]
    [InlineData("nop/?", "nop/1", true)]
    [InlineData("nop/?", "nop/32", false)]
    [InlineData("nop", "nop/1", false)]
    [InlineData("nop.1", "nop/1", false)]
    [InlineData("(a+)+", "(a+)+", true)]
    public void A_pattern_must_fit_the_whole_id(string glob, string id, bool fits) =>
        Assert.Equal(fits, new RowPattern(glob).Matches(id));
}
