using System.Text.RegularExpressions;

namespace AioV2.Spec.Generate;

/// <summary>The requirements' texts, as the ABI document has them: a list item that begins with an anchor and the id.</summary>
public static partial class RequirementTexts
{
    /// <summary>Markdown on one line, by id.</summary>
    public static IReadOnlyDictionary<string, string> Read(string document)
    {
        var texts = new Dictionary<string, string>();
        foreach (Match item in Item().Matches(document))
            texts[item.Groups["id"].Value] = Space().Replace(item.Groups["text"].Value, " ").Trim();
        return texts;
    }

    // The text goes on in lines that are indented.
    [GeneratedRegex(@"^- <a id=""[a-z]+-\d+""></a>\*\*(?<id>[A-Z]+-\d+)\*\* (?<text>.*(\n  .*)*)", RegexOptions.Multiline)]
    private static partial Regex Item();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
