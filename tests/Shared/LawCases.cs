namespace AioV2.Tests;

/// <summary>How many values a property is tried on.</summary>
/// <remarks>A mutation run asks only whether a test fails, thousands of times: there <c>AIO2_LAWS_PERCENT=10</c> takes a tenth.</remarks>
internal static class LawCases
{
    /// <summary>Of 100, how many of the values to take; 100 without the variable.</summary>
    public static int Percent { get; } =
        int.TryParse(Environment.GetEnvironmentVariable("AIO2_LAWS_PERCENT"), out int percent) ? Math.Clamp(percent, 1, 100) : 100;

    /// <summary>So many values, or the part of them that is asked for.</summary>
    public static int Of(int values) => Math.Max(values * Percent / 100, 1);
}
