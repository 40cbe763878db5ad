using AioV2.Spec.Generate;

namespace AioV2.Cli.Explore;

/// <summary>The sources that a page links to.</summary>
/// <param name="Base">What stands before a path from their root: empty, or ends in a slash.</param>
/// <param name="Citations">Where they name which requirement.</param>
/// <param name="Texts">The requirements' texts from the ABI document, by id.</param>
internal sealed record SourceLinks(string Base, ILookup<string, Citation> Citations, IReadOnlyDictionary<string, string> Texts)
{
    /// <summary>Looks at sources.</summary>
    /// <param name="root">Their folder.</param>
    /// <param name="links">What the links begin with, or null for the way from the page to the folder.</param>
    /// <param name="page">The page's path.</param>
    /// <param name="ids">The requirements.</param>
    /// <exception cref="CliException">There are none in that folder.</exception>
    public static SourceLinks Of(string root, string? links, string page, IEnumerable<string> ids)
    {
        var citations = SourceCitations.In(root, ids.ToHashSet());
        return new SourceLinks(links is null ? Way(root, page) : links.TrimEnd('/') + '/', citations, RequirementTexts.Read(File.ReadAllText(Path.Combine(root, SpecGenerators.DocumentPath))));
    }

    /// <summary>A requirement's text, Markdown on one line, or null where the document has none.</summary>
    public string? Text(string id) => Texts.GetValueOrDefault(id);

    private static string Way(string root, string page)
    {
        var way = Path.GetRelativePath(Path.GetDirectoryName(Path.GetFullPath(page))!, Path.GetFullPath(root));
        return way == "." ? "" : string.Join('/', way.Split(Path.DirectorySeparatorChar).Select(Uri.EscapeDataString)) + '/';
    }
}
