using System.Text;

namespace AioV2.Cli.Posix;

/// <summary>A path as the kernel has it: bytes that need not be text, ended by a NUL.</summary>
public readonly struct PosixPath
{
    private readonly byte[] _bytes;

    private PosixPath(byte[] bytes) => _bytes = bytes;

    /// <summary>The bytes with their NUL, as system calls take them.</summary>
    public byte[] Native => _bytes;

    /// <summary>The bytes without the NUL.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _bytes.Length - 1);

    /// <summary>Makes one from text.</summary>
    public static PosixPath Of(string text) => Of(Encoding.UTF8.GetBytes(text));

    /// <summary>Makes one from bytes without a NUL.</summary>
    public static PosixPath Of(ReadOnlySpan<byte> bytes)
    {
        var native = new byte[bytes.Length + 1];
        bytes.CopyTo(native);
        return new PosixPath(native);
    }

    /// <summary>An entry of this directory.</summary>
    public PosixPath Entry(ReadOnlySpan<byte> name)
    {
        var slash = Bytes.Length > 0 && Bytes[^1] == '/' ? 0 : 1;
        var native = new byte[Bytes.Length + slash + name.Length + 1];
        Bytes.CopyTo(native);
        native[Bytes.Length] = (byte)'/';
        name.CopyTo(native.AsSpan(Bytes.Length + slash));
        return new PosixPath(native);
    }

    /// <summary>For people; bytes that are no text are shown as such.</summary>
    public override string ToString() => Encoding.UTF8.GetString(Bytes);
}
