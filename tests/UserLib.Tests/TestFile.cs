using Microsoft.Win32.SafeHandles;

namespace AioV2.UserLib.Tests;

/// <summary>A file in the temporary folder that goes with its test.</summary>
internal sealed class TestFile : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public TestFile(int bytes = 0)
    {
        Content = new byte[bytes];
        new Random(bytes).NextBytes(Content);
        File.WriteAllBytes(_path, Content);
        Handle = File.OpenHandle(_path, FileMode.Open, FileAccess.ReadWrite);
    }

    public byte[] Content { get; }

    public SafeFileHandle Handle { get; }

    public int Fd => (int)Handle.DangerousGetHandle();

    public byte[] OnDisk() => File.ReadAllBytes(_path);

    public void Dispose()
    {
        Handle.Dispose();
        File.Delete(_path);
    }
}
