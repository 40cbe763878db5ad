using AioV2.Spec.Model;

namespace AioV2.Spec.Generate.Linux;

/// <summary>The files of a Linux source tree that a series changes, read when first asked for.</summary>
/// <param name="read">The text of a file by its path from the tree's root, or null where there is none.</param>
public sealed class LinuxTree(Func<string, string?> read)
{
    private readonly Dictionary<string, string> _now = [];
    private readonly Dictionary<string, string> _before = [];

    /// <summary>The files that were there, as they were when first read.</summary>
    public IReadOnlyDictionary<string, string> Before => _before;

    /// <summary>Whether the tree has a file.</summary>
    public bool Has(string path) => _now.ContainsKey(path) || read(path) is not null;

    /// <summary>The text of a file as it stands now.</summary>
    /// <exception cref="SpecException">The tree lacks it.</exception>
    public string Text(string path)
    {
        if (_now.TryGetValue(path, out string? now))
        {
            return now;
        }

        string text = read(path) ?? throw LinuxTables.Broken(path, "there is no such file; is this the root of a Linux source tree?");
        _before[path] = text;
        return _now[path] = text;
    }

    /// <summary>Sets the text of a file, new or not.</summary>
    public GeneratedFile Set(string path, string text)
    {
        _now[path] = text;
        return new GeneratedFile(path, text);
    }

    /// <summary>Puts lines before the first line that begins with a marker: the first marker that is there counts, for trees differ.</summary>
    /// <exception cref="SpecException">No marker is there.</exception>
    public GeneratedFile InsertBefore(string path, string lines, params ReadOnlySpan<string> markers)
    {
        string text = Text(path);
        foreach (string marker in markers)
        {
            int at = text.IndexOf('\n' + marker, StringComparison.Ordinal);
            if (at >= 0)
            {
                return Set(path, text.Insert(at + 1, lines));
            }
        }

        throw LinuxTables.Broken(path, $"'{markers[0].Trim()}' was not found there, before which lines belong");
    }
}
