using System.Globalization;
using AioV2.Abi;

namespace AioV2.Cli.Conform;

/// <summary>Reads the values of <c>aio2 conform</c>'s options; null where they are none.</summary>
internal static class ConformArguments
{
    /// <summary>A time such as 60s, 2m or 30.</summary>
    public static TimeSpan? Time(string? text)
    {
        text ??= "";
        int unit = text.EndsWith('m') ? 60 : 1;
        string digits = text.TrimEnd('s', 'm');
        return text.Length - digits.Length <= 1 && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0
            ? TimeSpan.FromSeconds((long)number * unit)
            : null;
    }

    /// <summary>A part of a time: a quarter where nothing is said, else a time or 0.</summary>
    public static TimeSpan? Share(string? text, TimeSpan whole) => text switch
    {
        null => whole / 4,
        "0" or "0s" => TimeSpan.Zero,
        _ => Time(text),
    };

    /// <summary>A shard such as 2/4.</summary>
    public static (int Index, int Count)? Shard(string? text)
    {
        string[] parts = (text ?? "").Split('/');
        return parts.Length == 2 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int index)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int count) && index >= 1 && index <= count
            ? (index, count)
            : null;
    }

    /// <summary>Ids and groups, separated by commas.</summary>
    public static string[] Requirements(string? text) =>
        (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>The first of them that the spec does not have, or null.</summary>
    public static string? UnknownRequirement(string? text) => Requirements(text).FirstOrDefault(wanted =>
        !Aio2Catalog.Requirements.Any(r => r.Id.Equals(wanted, StringComparison.OrdinalIgnoreCase) || r.Id.StartsWith(wanted + "-", StringComparison.OrdinalIgnoreCase)));
}
