using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace AioV2.Pages.Tests;

/// <summary>The spec's text with one struct rewritten as a page draws it: what a designer would do by hand.</summary>
internal static partial class WrittenSpec
{
    /// <summary>The text with these parts, <c>{name, type, kind}</c> in their order, as the struct's fields; holes are nobody's.</summary>
    public static byte[] With(string text, string name, int size, IEnumerable<JsonElement> parts)
    {
        var lines = text.Split('\n').ToList();
        var start = lines.IndexOf($"  - name: {name}");
        var first = lines.FindIndex(start, line => line == "    fields:") + 1;
        var end = first;
        while (lines[end].StartsWith("      - {", StringComparison.Ordinal))
        {
            end++;
        }

        var old = lines[first..end].ToDictionary(line => Name().Match(line).Groups[1].Value);
        var now = Fields([.. parts.Where(p => p.GetProperty("kind").GetString() != "hole")], old, lines[end - 1]);
        lines.RemoveRange(first, end - first);
        lines.InsertRange(first, now);
        var stated = lines.FindIndex(start, line => line.StartsWith("    size: ", StringComparison.Ordinal));
        lines[stated] = string.Create(CultureInfo.InvariantCulture, $"    size: {size}");
        return Encoding.UTF8.GetBytes(string.Join('\n', lines));
    }

    // A field of another name or type is written anew: with the direction and the line of the next one that was there, or of the last.
    private static IEnumerable<string> Fields(JsonElement[] parts, Dictionary<string, string> old, string last)
    {
        for (var i = 0; i < parts.Length; i++)
        {
            var (name, type) = (parts[i].GetProperty("name").GetString()!, parts[i].GetProperty("type").GetString()!);
            if (old.TryGetValue(name, out var line) && Type().Match(line).Groups[1].Value == type)
            {
                yield return line;
                continue;
            }

            var next = parts[i..].Select(p => old.GetValueOrDefault(p.GetProperty("name").GetString()!)).FirstOrDefault(l => l is not null) ?? last;
            var isReserved = name.StartsWith("reserved", StringComparison.Ordinal);
            yield return $"      - {{name: {name}, type: \"{type}\", {(isReserved ? "reserved: true, doc: \"Zero\"" : "doc: \"What is asked about\"")}{Key(next, "dir")}{Key(next, "line")}}}";
        }
    }

    private static string Key(string line, string key) => Regex.Match(line, $@"\b{key}: (\w+)") is { Success: true } found ? $", {key}: {found.Groups[1].Value}" : "";

    [GeneratedRegex(@"\{name: (\w+)")]
    private static partial Regex Name();

    [GeneratedRegex(@"type: ""?([\w\[\]]+)")]
    private static partial Regex Type();
}
