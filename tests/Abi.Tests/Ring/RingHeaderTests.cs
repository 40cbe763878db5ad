using System.Reflection;
using System.Runtime.InteropServices;
using AioV2.Abi.Ring;
using AioV2.Tests;

namespace AioV2.Abi.Tests.Ring;

public sealed class RingHeaderTests
{
    private const int LinePair = 128;

    /// <summary>What changes while the ring lives; all other fields are constants or reserved.</summary>
    private static readonly string[] KernelLine = [nameof(Aio2Ring.Tail), nameof(Aio2Ring.Flags), nameof(Aio2Ring.OverflowEvents), nameof(Aio2Ring.OverflowEpisodes)];

    [Theory, Requirement("RING-1")]
    [InlineData(4096)]
    [InlineData(16384)]
    [InlineData(65536)]
    public void The_three_groups_share_no_pair_of_lines(int page)
    {
        RingLayout layout = RingLayout.For(1 << 16, page);
        int[] constants = Pairs(typeof(Aio2Ring), 0, name => !KernelLine.Contains(name) && !name.StartsWith("Reserved", StringComparison.Ordinal));
        int[] kernel = Pairs(typeof(Aio2Ring), 0, KernelLine.Contains);
        int[] user = Pairs(typeof(Aio2RingUser), (int)layout.UserOffset, _ => true);

        Assert.NotEmpty(constants);
        Assert.Single(kernel);
        Assert.Empty(constants.Intersect(kernel).Concat(constants.Intersect(user)).Concat(kernel.Intersect(user)));
    }

    [Theory, Requirement("RING-1")]
    [InlineData(4096)]
    [InlineData(16384)]
    [InlineData(65536)]
    public void The_user_line_has_a_page_of_its_own(int page)
    {
        RingLayout layout = RingLayout.For(1 << 16, page);

        Assert.Equal((0, 0), ((int)layout.UserOffset % page, (int)layout.DataOffset % page));
        Assert.InRange(Aio2Ring.SizeOf, 1, (int)layout.UserOffset);
        Assert.InRange((int)layout.UserOffset + page, 1, (int)layout.DataOffset);
    }

    // The pairs of lines that the struct's fields of these names touch.
    private static int[] Pairs(Type type, int at, Func<string, bool> counts) =>
    [
        .. from field in type.GetFields(BindingFlags.Public | BindingFlags.Instance)
           where counts(field.Name)
           let first = at + (int)Marshal.OffsetOf(type, field.Name)
           let last = first + Marshal.SizeOf(field.FieldType) - 1
           from pair in new[] { first / LinePair, last / LinePair }.Distinct()
           group pair by pair into pairs
           select pairs.Key,
    ];
}
