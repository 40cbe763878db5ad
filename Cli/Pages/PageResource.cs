using System.Text;
using System.Text.Json.Nodes;

namespace AioV2.Cli.Pages;

/// <summary>The files that pages are put together from: they stand in this assembly, so that a page needs nothing beside it.</summary>
internal static class PageResource
{
    /// <summary>A page's frame with its styles and scripts in it, after those that all pages share.</summary>
    /// <param name="folder">The page's own files: <c>Trace</c> or <c>Explore</c>.</param>
    /// <param name="scripts">Its scripts, in the order in which they need each other.</param>
    public static string Page(string folder, params string[] scripts) => Text(folder, "page.html")
        .Replace("/*css*/", Text("Pages", "theme.css") + Text(folder, "page.css"), StringComparison.Ordinal)
        .Replace("/*js*/", string.Join('\n', scripts.Select(name => Text(folder, name)).Prepend(Text("Pages", "page.js"))), StringComparison.Ordinal);

    /// <summary>JSON that can stand in a script element.</summary>
    public static string Json(JsonNode node) => node.ToJsonString().Replace("<", "\\u003c", StringComparison.Ordinal);

    private static string Text(string folder, string name)
    {
        using var stream = typeof(PageResource).Assembly.GetManifestResourceStream($"AioV2.Cli.{folder}.{name}")!;
        return new StreamReader(stream, Encoding.UTF8).ReadToEnd();
    }
}
