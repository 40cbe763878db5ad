using System.Text.RegularExpressions;

namespace AioV2.Bench.Harness;

/// <summary>A pattern over row ids: <c>*</c> stands for any run of characters, <c>?</c> for one.</summary>
public sealed class RowPattern(string glob)
{
    private readonly Regex _regex = new(
        "^" + Regex.Escape(glob).Replace("\\*", ".*", StringComparison.Ordinal).Replace("\\?", ".", StringComparison.Ordinal) + "$",
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);

    /// <summary>Whether the whole id fits.</summary>
    public bool Matches(string id) => _regex.IsMatch(id);
}
