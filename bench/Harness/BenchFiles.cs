namespace AioV2.Bench.Harness;

/// <summary>Files of random bytes, one for each file system, removed at the end.</summary>
/// <remarks>The directories can be chosen with <c>AIO2_BENCH_EXT4</c> and <c>AIO2_BENCH_TMPFS</c>.</remarks>
public sealed class BenchFiles(long bytes) : IDisposable
{
    private readonly List<string> _directories = [];
    private readonly Dictionary<FileSystemKind, BenchFile> _made = [];
    private string? _copySource;

    /// <summary>The file on that file system, made when first asked for.</summary>
    /// <exception cref="NotApplicableException">This machine has no such file system where it was looked for.</exception>
    public BenchFile On(FileSystemKind kind)
    {
        if (!_made.TryGetValue(kind, out var file))
        {
            _made[kind] = file = Make(kind);
        }
        return file;
    }

    /// <summary>A large file on tmpfs, to be copied; made once.</summary>
    /// <exception cref="NotApplicableException">It and its copy would not fit there.</exception>
    public string CopySource(long copyBytes)
    {
        if (_copySource is null)
        {
            var directory = DirectoryOn(FileSystemKind.Tmpfs);
            if (new DriveInfo(directory).AvailableFreeSpace < copyBytes * 3)
            {
                throw new NotApplicableException($"no room on tmpfs for a file of {copyBytes} bytes and its copy");
            }
            _copySource = Path.Combine(directory, "source");
            Fill(_copySource, copyBytes);
        }
        return _copySource;
    }

    /// <summary>A new directory on that file system, removed at the end.</summary>
    public string DirectoryOn(FileSystemKind kind)
    {
        var root = kind == FileSystemKind.Tmpfs
            ? Environment.GetEnvironmentVariable("AIO2_BENCH_TMPFS") ?? "/dev/shm"
            : Environment.GetEnvironmentVariable("AIO2_BENCH_EXT4") ?? "/var/tmp";
        if (!Directory.Exists(root))
        {
            throw new NotApplicableException($"{root} does not exist");
        }
        var found = FileSystem.NameOf(root);
        if (found != FileSystem.NameOf(kind))
        {
            throw new NotApplicableException($"{root} is {found}, not {FileSystem.NameOf(kind)}");
        }
        var path = Path.Combine(root, "aio2-bench-" + Path.GetRandomFileName());
        Directory.CreateDirectory(path);
        _directories.Add(path);
        return path;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var directory in _directories)
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private BenchFile Make(FileSystemKind kind)
    {
        var path = Path.Combine(DirectoryOn(kind), "data");
        Fill(path, bytes);
        return new BenchFile(path, bytes, kind);
    }

    /// <summary>Writes random bytes and has them on the disk, so that they can be dropped from the cache.</summary>
    public static void Fill(string path, long bytes)
    {
        var chunk = new byte[1 << 20];
        var random = new Random(20120221);
        using var stream = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 0);
        for (long at = 0; at < bytes; at += chunk.Length)
        {
            random.NextBytes(chunk);
            stream.Write(chunk, 0, (int)Math.Min(chunk.Length, bytes - at));
        }
        stream.Flush(flushToDisk: true);
    }
}
