using System.IO.Pipes;
using Microsoft.Win32.SafeHandles;

namespace AioV2.UserLib.Tests;

/// <summary>A pipe: a read of it stays outstanding for as long as the test wants.</summary>
internal sealed class TestPipe : IDisposable
{
    private readonly AnonymousPipeServerStream _writer = new(PipeDirection.Out);

    public TestPipe() => Reader = new SafeFileHandle(_writer.ClientSafePipeHandle.DangerousGetHandle(), ownsHandle: false);

    public SafeFileHandle Reader { get; }

    public void Write(params byte[] data) => _writer.Write(data);

    public void Dispose()
    {
        Reader.Dispose();
        _writer.Dispose();
    }
}
