using AioV2.Kernel.Linux;

namespace AioV2.Kernel.Tests;

/// <summary>A file of its own in the build's output, gone with the test.</summary>
internal sealed class ScratchFile : IDisposable
{
    public ScratchFile(int flags = Libc.O_RDWR, byte[]? content = null)
    {
        Path = System.IO.Path.Combine(AppContext.BaseDirectory, $"scratch-{Guid.NewGuid():N}");
        File.WriteAllBytes(Path, content ?? []);
        Fd = Libc.Open(Path, flags | Libc.O_CLOEXEC);
        Assert.True(Fd >= 0);
    }

    public string Path { get; }

    public int Fd { get; private set; }

    public static byte[] Pattern(int bytes, int seed = 1)
    {
        var data = new byte[bytes];
        new Random(seed).NextBytes(data);
        return data;
    }

    public void Close()
    {
        if (Fd >= 0)
        {
            _ = Libc.Close(Fd);
            Fd = -1;
        }
    }

    public void Dispose()
    {
        Close();
        File.Delete(Path);
    }
}
