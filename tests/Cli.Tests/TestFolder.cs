using AioV2.Cli.Posix;

namespace AioV2.Cli.Tests;

/// <summary>A folder that goes with its test.</summary>
internal sealed class TestFolder : IDisposable
{
    private readonly DirectoryInfo _folder;

    public TestFolder() => _folder = Directory.CreateTempSubdirectory("aio2-test-");

    private TestFolder(DirectoryInfo folder) => _folder = folder;

    /// <summary>A folder in the build's output, which is on a disk where the temporary folder may be memory.</summary>
    public static TestFolder OnDisk() =>
        new(Directory.CreateDirectory(System.IO.Path.Combine(AppContext.BaseDirectory, $"test-{Guid.NewGuid():N}")));

    public string Path => _folder.FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>A file of random bytes.</summary>
    public string File(string name, int bytes, int seed = 1)
    {
        var data = new byte[bytes];
        new Random(seed).NextBytes(data);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(this[name])!);
        System.IO.File.WriteAllBytes(this[name], data);
        return this[name];
    }

    /// <summary>Names of all entries, hidden ones too.</summary>
    public string[] Names() => [.. Directory.EnumerateFileSystemEntries(Path).Select(p => System.IO.Path.GetFileName(p)!).Order(StringComparer.Ordinal)];

    /// <summary>By bytes: there may be names in it that are no text.</summary>
    public void Dispose() => Assert.True(Files.RemoveQuietly(PosixPath.Of(Path)));
}
