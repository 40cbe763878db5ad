using System.Buffers.Text;
using System.Globalization;
using System.Text;
using AioV2.Attributes.Pi;
using AioV2.Kernel.Linux;

namespace AioV2.Kernel.Devices;

/// <summary>What stands in the extended attribute <c>user.aio2.pi</c> of a protected file: its format, the id that its sidecar
/// must have too, and the sidecar's name (ATTR-8).</summary>
/// <remarks>One line of text, so that <c>getfattr</c> shows it; the words in this order, the name last and to the end:
/// <code>
/// aio2-pi 1 id=0123456789abcdef0123456789abcdef type=1 guard=crc16 interval=512 metadata=8 sidecar=disk.img.pi
/// </code>
/// A name without a leading <c>/</c> is looked up in the directory that the data file was opened in.</remarks>
/// <param name="Id">Random, the same in the sidecar's header.</param>
/// <param name="Format">The format.</param>
internal readonly record struct ProtectionMark(UInt128 Id, PiFormat Format)
{
    /// <summary>Longest mark, bytes; a longer one is unknown.</summary>
    public const int BytesMax = 1024;

    private static readonly string[] Guards = ["", "crc16", "ip", "crc64"];

    /// <summary>The attribute's name, with its NUL.</summary>
    public static ReadOnlySpan<byte> XattrName => "user.aio2.pi\0"u8;

    /// <summary>The guard's name here and on the command line.</summary>
    public static string NameOf(PiGuard guard) => Guards[(int)guard];

    /// <summary>Reads the mark of an open file.</summary>
    /// <param name="fd">The file.</param>
    /// <param name="buffer">Room for <see cref="BytesMax"/>.</param>
    /// <param name="mark">The mark, where it is known.</param>
    /// <param name="sidecar">The sidecar's name in the buffer, without NUL.</param>
    public static MarkState Read(int fd, Span<byte> buffer, out ProtectionMark mark, out ReadOnlySpan<byte> sidecar)
    {
        mark = default;
        sidecar = default;
        var bytes = (int)Libc.GetXattr(fd, XattrName, buffer);
        if (bytes >= 0)
        {
            return TryParse(buffer[..bytes], out mark, out sidecar) ? MarkState.Known : MarkState.Unknown;
        }

        // Too long for any mark, or the file system failed: it may be protected. No such attribute, none on this file
        // system, or no right to look: an ordinary file.
        return bytes is -Abi.Errno.ERANGE or -Abi.Errno.E2BIG or -Abi.Errno.EIO ? MarkState.Unknown : MarkState.None;
    }

    /// <summary>The line for a sidecar's name.</summary>
    public byte[] ToBytes(string sidecar) => Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $"aio2-pi 1 id={Id:x32} type={(int)Format.Type} guard={NameOf(Format.Guard)} interval={Format.IntervalBytes} metadata={Format.MetadataBytes} sidecar={sidecar}"));

    /// <summary>Reads a line; false for anything but one that <see cref="ToBytes"/> could have made.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out ProtectionMark mark, out ReadOnlySpan<byte> sidecar)
    {
        mark = default;
        sidecar = default;
        if (!Take(ref text, "aio2-pi 1 id="u8, out var id) || !TryParseId(id, out var number)
            || !Take(ref text, "type="u8, out var type) || !TryParseNumber(type, out var typeNumber)
            || !Take(ref text, "guard="u8, out var guard) || !TryParseGuard(guard, out var kind)
            || !Take(ref text, "interval="u8, out var interval) || !TryParseNumber(interval, out var intervalBytes)
            || !Take(ref text, "metadata="u8, out var metadata) || !TryParseNumber(metadata, out var metadataBytes)
            || metadataBytes == 0 || !PiFormat.IsValid((PiType)typeNumber, kind, intervalBytes, metadataBytes)
            || !text.StartsWith("sidecar="u8) || text.Contains((byte)0))
        {
            return false;
        }

        sidecar = text["sidecar="u8.Length..];
        mark = new ProtectionMark(number, new PiFormat((PiType)typeNumber, kind, intervalBytes, metadataBytes));
        return !sidecar.IsEmpty;
    }

    // A word up to the next blank, behind its key.
    private static bool Take(ref ReadOnlySpan<byte> text, ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value)
    {
        value = default;
        var end = text.StartsWith(key) ? text[key.Length..].IndexOf((byte)' ') : -1;
        if (end < 0)
        {
            return false;
        }

        value = text.Slice(key.Length, end);
        text = text[(key.Length + end + 1)..];
        return true;
    }

    private static bool TryParseId(ReadOnlySpan<byte> digits, out UInt128 id)
    {
        id = 0;
        if (digits.Length != 32
            || !Utf8Parser.TryParse(digits[..16], out ulong high, out var highDigits, 'x') || highDigits != 16
            || !Utf8Parser.TryParse(digits[16..], out ulong low, out var lowDigits, 'x') || lowDigits != 16)
        {
            return false;
        }

        id = new UInt128(high, low);
        return true;
    }

    private static bool TryParseNumber(ReadOnlySpan<byte> digits, out int number) =>
        Utf8Parser.TryParse(digits, out number, out var used) && used == digits.Length && number >= 0;

    private static bool TryParseGuard(ReadOnlySpan<byte> name, out PiGuard guard)
    {
        guard = name.SequenceEqual("crc16"u8) ? PiGuard.Crc16
            : name.SequenceEqual("ip"u8) ? PiGuard.IpChecksum
            : name.SequenceEqual("crc64"u8) ? PiGuard.Crc64
            : default;
        return guard != default;
    }
}
