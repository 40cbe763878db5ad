using System.Globalization;

namespace AioV2.Cli;

/// <summary>Sizes on the command line: a number, with K, M or G for powers of 1024.</summary>
public static class ByteSize
{
    /// <summary>Reads e.g. <c>4096</c>, <c>64K</c>, <c>1M</c>; false if it is not such a number.</summary>
    public static bool TryParse(string text, out long bytes)
    {
        bytes = 0;
        var shift = text.Length == 0 ? 0 : char.ToUpperInvariant(text[^1]) switch { 'K' => 10, 'M' => 20, 'G' => 30, _ => 0 };
        var digits = shift == 0 ? text : text[..^1];
        if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > long.MaxValue >> shift)
        {
            return false;
        }

        bytes = number << shift;
        return true;
    }
}
