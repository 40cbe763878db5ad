// The part of the MessagePack format that this repository needs, in the names of the library MessagePack-CSharp
// (https://github.com/MessagePack-CSharp/MessagePack-CSharp), whose package takes this file's place once it is deleted:
// Directory.Build.targets gives this file, or else the package, to each project that says <AioMessagePack>true</AioMessagePack>.
// The format: https://github.com/msgpack/msgpack/blob/master/spec.md
//
//  nil c0 · bool c2 c3 · integer 00…7f, e0…ff, cc…d3 · float ca cb · str a0…bf, d9…db · bin c4…c6
//  array 90…9f, dc dd · map 80…8f, de df · ext d4…d8, c7…c9 · c1 is never used; numbers are big-endian
//
// Where it is stricter than that library: text must be valid UTF-8, and every refusal is a MessagePackSerializationException that
// tells the offset (the library has EndOfStreamException for input that ends too early, OverflowException for numbers that do not
// fit, InsufficientExecutionStackException for nesting: callers that are to work with both name those, too).
using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace MessagePack;

/// <summary>What kind of value comes next.</summary>
internal enum MessagePackType : byte
{
    Unknown, Integer, Nil, Boolean, Float, String, Binary, Array, Map, Extension,
}

/// <summary>Input that is no MessagePack, or not what was asked for; the message tells the offset in bytes.</summary>
internal sealed class MessagePackSerializationException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The one value of the type nil.</summary>
internal readonly record struct Nil
{
    public static Nil Default => default;
}

/// <summary>Application's type and payload's length, bytes, of an extension.</summary>
internal readonly record struct ExtensionHeader(sbyte TypeCode, uint Length);

/// <summary>An extension with its payload.</summary>
internal readonly record struct ExtensionResult(sbyte TypeCode, ReadOnlySequence<byte> Data)
{
    public ExtensionHeader Header => new(TypeCode, (uint)Data.Length);
}

/// <summary>How deep values from outside may be nested.</summary>
internal sealed record MessagePackSecurity
{
    /// <summary>For input that somebody else has made.</summary>
    public static readonly MessagePackSecurity UntrustedData = new();

    public int MaximumObjectGraphDepth { get; private init; } = 500;

    public MessagePackSecurity WithMaximumObjectGraphDepth(int maximumObjectGraphDepth) => this with { MaximumObjectGraphDepth = maximumObjectGraphDepth };

    /// <summary>Goes one level down; the caller goes up again by <c>reader.Depth--</c>.</summary>
    /// <exception cref="MessagePackSerializationException">Too deep.</exception>
    public void DepthStep(ref MessagePackReader reader)
    {
        if (reader.Depth >= MaximumObjectGraphDepth)
            throw new MessagePackSerializationException($"values are nested deeper than {MaximumObjectGraphDepth} levels at offset {reader.Consumed}");
        reader.Depth++;
    }
}

/// <summary>First bytes.</summary>
internal static class MessagePackCode
{
    public const byte FixMap = 0x80, FixArray = 0x90, FixStr = 0xa0, Nil = 0xc0, NeverUsed = 0xc1, False = 0xc2, True = 0xc3,
        Bin8 = 0xc4, Ext8 = 0xc7, Float32 = 0xca, Float64 = 0xcb, UInt8 = 0xcc, UInt64 = 0xcf, Int8 = 0xd0, Int64 = 0xd3,
        FixExt1 = 0xd4, FixExt16 = 0xd8, Str8 = 0xd9, Str32 = 0xdb, Array16 = 0xdc, Array32 = 0xdd, Map16 = 0xde, Map32 = 0xdf, NegativeFix = 0xe0;

    public static MessagePackType ToMessagePackType(byte code) => code switch
    {
        < FixMap or (>= UInt8 and <= Int64) or >= NegativeFix => MessagePackType.Integer,
        < FixArray or Map16 or Map32 => MessagePackType.Map,
        < FixStr or Array16 or Array32 => MessagePackType.Array,
        < Nil or (>= Str8 and <= Str32) => MessagePackType.String,
        Nil => MessagePackType.Nil,
        NeverUsed => MessagePackType.Unknown,
        False or True => MessagePackType.Boolean,
        < Ext8 => MessagePackType.Binary,
        Float32 or Float64 => MessagePackType.Float,
        _ => MessagePackType.Extension,
    };
}

/// <summary>Writes values one behind the other, each in its shortest form.</summary>
/// <remarks>What was written is the receiver's only after <see cref="Flush"/>.</remarks>
internal ref struct MessagePackWriter(IBufferWriter<byte> writer)
{
    private readonly IBufferWriter<byte> output = writer;
    private Span<byte> room;
    private int used;

    /// <summary>Hands over what was written.</summary>
    public void Flush()
    {
        if (used > 0)
            output.Advance(used);
        room = default;
        used = 0;
    }

    public void WriteNil() => Take(1)[0] = MessagePackCode.Nil;

    public void Write(bool value) => Take(1)[0] = value ? MessagePackCode.True : MessagePackCode.False;

    public void Write(byte value) => Write((ulong)value);

    public void Write(sbyte value) => Write((long)value);

    public void Write(ushort value) => Write((ulong)value);

    public void Write(short value) => Write((long)value);

    public void Write(uint value) => Write((ulong)value);

    public void Write(int value) => Write((long)value);

    public void Write(ulong value)
    {
        if (value < 0x80)
            Take(1)[0] = (byte)value;
        else
            Sized(MessagePackCode.UInt8, value, value <= byte.MaxValue ? 0 : value <= ushort.MaxValue ? 1 : value <= uint.MaxValue ? 2 : 3);
    }

    public void Write(long value)
    {
        if (value >= 0)
            Write((ulong)value);
        else if (value >= -32)
            Take(1)[0] = (byte)value;
        else
            Sized(MessagePackCode.Int8, (ulong)value, value >= sbyte.MinValue ? 0 : value >= short.MinValue ? 1 : value >= int.MinValue ? 2 : 3);
    }

    public void Write(float value) => Sized(MessagePackCode.Float32 - 2, BitConverter.SingleToUInt32Bits(value), 2);

    public void Write(double value) => Sized(MessagePackCode.Float64 - 3, BitConverter.DoubleToUInt64Bits(value), 3);

    /// <summary>Text, or nil.</summary>
    /// <exception cref="EncoderFallbackException">Half of a surrogate pair stands alone.</exception>
    public void Write(string? value)
    {
        if (value is null)
            WriteNil();
        else
            Write(value.AsSpan());
    }

    /// <summary>Text.</summary>
    public void Write(ReadOnlySpan<char> value)
    {
        var bytes = MessagePackReader.Text.GetByteCount(value);
        WriteStringHeader(bytes);
        MessagePackReader.Text.GetBytes(value, Take(bytes));
    }

    /// <summary>Text that is UTF-8 already.</summary>
    public void WriteString(ReadOnlySpan<byte> utf8stringBytes)
    {
        WriteStringHeader(utf8stringBytes.Length);
        WriteRaw(utf8stringBytes);
    }

    public void WriteStringHeader(int byteCount)
    {
        if (byteCount < 32)
            Take(1)[0] = (byte)(MessagePackCode.FixStr | byteCount);
        else
            Sized(MessagePackCode.Str8, (uint)byteCount, byteCount <= byte.MaxValue ? 0 : byteCount <= ushort.MaxValue ? 1 : 2);
    }

    /// <summary>Bytes.</summary>
    public void Write(ReadOnlySpan<byte> src)
    {
        WriteBinHeader(src.Length);
        WriteRaw(src);
    }

    public void WriteBinHeader(int length) =>
        Sized(MessagePackCode.Bin8, (uint)length, length <= byte.MaxValue ? 0 : length <= ushort.MaxValue ? 1 : 2);

    /// <summary>Begins an array: this many values follow.</summary>
    public void WriteArrayHeader(int count) => WriteArrayHeader(checked((uint)count));

    public void WriteArrayHeader(uint count) => Counted(MessagePackCode.FixArray, MessagePackCode.Array16, count);

    /// <summary>Begins a map: this many keys with their values follow.</summary>
    public void WriteMapHeader(int count) => WriteMapHeader(checked((uint)count));

    public void WriteMapHeader(uint count) => Counted(MessagePackCode.FixMap, MessagePackCode.Map16, count);

    public void WriteExtensionFormatHeader(ExtensionHeader extensionHeader)
    {
        var length = extensionHeader.Length;
        if (length <= 16 && BitOperations.IsPow2(length))
            Take(1)[0] = (byte)(MessagePackCode.FixExt1 + BitOperations.Log2(length));
        else
            Sized(MessagePackCode.Ext8, length, length <= byte.MaxValue ? 0 : length <= ushort.MaxValue ? 1 : 2);
        Take(1)[0] = (byte)extensionHeader.TypeCode;
    }

    public void WriteExtensionFormat(ExtensionResult extensionData)
    {
        WriteExtensionFormatHeader(extensionData.Header);
        foreach (var part in extensionData.Data)
            WriteRaw(part.Span);
    }

    /// <summary>Bytes as they are: values that were written elsewhere.</summary>
    public void WriteRaw(ReadOnlySpan<byte> rawMessagePackBlock) => rawMessagePackBlock.CopyTo(Take(rawMessagePackBlock.Length));

    private void Counted(byte fix, byte code, uint count)
    {
        if (count < 16)
            Take(1)[0] = (byte)(fix | count);
        else
            Sized(code - 1, count, count <= ushort.MaxValue ? 1 : 2);
    }

    /// <summary>A code of the family that starts at <paramref name="first"/>, and behind it 1, 2, 4 or 8 bytes (step 0 to 3).</summary>
    private void Sized(int first, ulong value, int step)
    {
        var bytes = 1 << step;
        Span<byte> wide = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(wide, value);
        var to = Take(1 + bytes);
        to[0] = (byte)(first + step);
        wide[^bytes..].CopyTo(to[1..]);
    }

    private Span<byte> Take(int bytes)
    {
        if (room.Length - used < bytes)
        {
            Flush();
            room = output.GetSpan(bytes);
        }
        used += bytes;
        return room.Slice(used - bytes, bytes);
    }
}

/// <summary>Reads values one behind the other, from input that nobody vouches for.</summary>
/// <remarks>
/// A call that throws has taken nothing but what <see cref="Skip"/> had passed before, so <see cref="Consumed"/> is then the offset of
/// the bad value. Nothing is allocated on the word of a length: whatever is counted must be there, at one byte for each value at least.
/// </remarks>
internal ref struct MessagePackReader
{
    internal static readonly UTF8Encoding Text = new(false, throwOnInvalidBytes: true);

    private SequenceReader<byte> input;

    public MessagePackReader(ReadOnlyMemory<byte> memory) => input = new SequenceReader<byte>(new ReadOnlySequence<byte>(memory));

    public MessagePackReader(in ReadOnlySequence<byte> readOnlySequence) => input = new SequenceReader<byte>(readOnlySequence);

    /// <summary>Bytes taken so far: the offset of the next value.</summary>
    public readonly long Consumed => input.Consumed;

    /// <summary>Nothing is left.</summary>
    public readonly bool End => input.End;

    /// <summary>How deep the reader stands, as <see cref="MessagePackSecurity.DepthStep"/> counts.</summary>
    public int Depth { get; set; }

    public readonly byte NextCode => input.TryPeek(out var code) ? code : throw Ends(1);

    public readonly MessagePackType NextMessagePackType => MessagePackCode.ToMessagePackType(NextCode);

    public readonly bool IsNil => NextCode == MessagePackCode.Nil;

    public Nil ReadNil() => TryReadNil() ? Nil.Default : throw Unexpected("nil");

    public bool TryReadNil()
    {
        var nil = IsNil;
        if (nil)
            input.Advance(1);
        return nil;
    }

    public bool ReadBoolean()
    {
        var code = NextCode;
        if (code is not (MessagePackCode.False or MessagePackCode.True))
            throw Unexpected("a boolean");
        input.Advance(1);
        return code == MessagePackCode.True;
    }

    public byte ReadByte() => (byte)Integer(0, byte.MaxValue);

    public sbyte ReadSByte() => (sbyte)Integer(sbyte.MinValue, sbyte.MaxValue);

    public ushort ReadUInt16() => (ushort)Integer(0, ushort.MaxValue);

    public short ReadInt16() => (short)Integer(short.MinValue, short.MaxValue);

    public uint ReadUInt32() => (uint)Integer(0, uint.MaxValue);

    public int ReadInt32() => (int)Integer(int.MinValue, int.MaxValue);

    public ulong ReadUInt64() => (ulong)Integer(0, ulong.MaxValue);

    public long ReadInt64() => (long)Integer(long.MinValue, long.MaxValue);

    public float ReadSingle() => NextCode == MessagePackCode.Float32 ? BitConverter.UInt32BitsToSingle((uint)Take(4)) : throw Unexpected("a float of 4 bytes");

    public double ReadDouble() => NextCode switch
    {
        MessagePackCode.Float64 => BitConverter.UInt64BitsToDouble(Take(8)),
        MessagePackCode.Float32 => BitConverter.UInt32BitsToSingle((uint)Take(4)),
        _ => throw Unexpected("a float"),
    };

    /// <summary>Text, or null for nil.</summary>
    public string? ReadString()
    {
        if (TryReadNil())
            return null;
        var at = this;
        var bytes = ReadStringSequence()!.Value;
        try
        {
            return Text.GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            this = at;
            throw new MessagePackSerializationException($"the text at offset {Consumed} is not UTF-8", e);
        }
    }

    /// <summary>Text as the bytes that came, of which nobody has looked whether they are UTF-8; or null for nil.</summary>
    public ReadOnlySequence<byte>? ReadStringSequence() => TryReadNil() ? null : Payload(MessagePackType.String, "a string");

    /// <summary>Bytes, or null for nil.</summary>
    public ReadOnlySequence<byte>? ReadBytes() => TryReadNil() ? null : Payload(MessagePackType.Binary, "bytes");

    /// <summary>Begins an array, and tells how many values follow.</summary>
    public int ReadArrayHeader() => Count(MessagePackType.Array, "an array", 1);

    /// <summary>Begins a map, and tells how many keys with values follow.</summary>
    public int ReadMapHeader() => Count(MessagePackType.Map, "a map", 2);

    public ExtensionHeader ReadExtensionFormatHeader()
    {
        var (length, head) = Length(MessagePackType.Extension, "an extension");
        Room(head + length);
        input.TryPeek(head - 1, out var type);
        input.Advance(head);
        return new ExtensionHeader((sbyte)type, (uint)length);
    }

    public ExtensionResult ReadExtensionFormat()
    {
        var header = ReadExtensionFormatHeader();
        return new ExtensionResult(header.TypeCode, ReadRaw(header.Length));
    }

    /// <summary>The next bytes as they are.</summary>
    public ReadOnlySequence<byte> ReadRaw(long length)
    {
        Room(length);
        var bytes = input.UnreadSequence.Slice(0, length);
        input.Advance(length);
        return bytes;
    }

    /// <summary>The next value with everything in it, as the bytes that came.</summary>
    public ReadOnlySequence<byte> ReadRaw()
    {
        var from = input.Position;
        Skip();
        return input.Sequence.Slice(from, input.Position);
    }

    /// <summary>Passes over the next value with everything in it, however deep: it needs no stack.</summary>
    public void Skip()
    {
        for (long left = 1; left > 0; left--)
        {
            switch (NextMessagePackType)
            {
                case MessagePackType.Array: left += ReadArrayHeader(); break;
                case MessagePackType.Map: left += 2L * ReadMapHeader(); break;
                case MessagePackType.String: ReadStringSequence(); break;
                case MessagePackType.Binary: ReadBytes(); break;
                case MessagePackType.Extension: ReadExtensionFormat(); break;
                case MessagePackType.Float: ReadDouble(); break;
                case MessagePackType.Boolean: ReadBoolean(); break;
                case MessagePackType.Nil: ReadNil(); break;
                default: Integer(long.MinValue, ulong.MaxValue); break;
            }
        }
    }

    private Int128 Integer(Int128 least, Int128 most)
    {
        var at = this;
        var code = NextCode;
        Int128 value = code switch
        {
            < MessagePackCode.FixMap => code,
            >= MessagePackCode.NegativeFix => (sbyte)code,
            >= MessagePackCode.UInt8 and <= MessagePackCode.UInt64 => Take(1 << (code - MessagePackCode.UInt8)),
            0xd0 => (sbyte)Take(1),
            0xd1 => (short)Take(2),
            0xd2 => (int)Take(4),
            MessagePackCode.Int64 => (long)Take(8),
            _ => throw Unexpected("an integer"),
        };
        if (code is < MessagePackCode.FixMap or >= MessagePackCode.NegativeFix)
            input.Advance(1);
        if (value >= least && value <= most)
            return value;
        this = at;
        throw new MessagePackSerializationException($"expected an integer from {least} to {most} at offset {Consumed}, found {value}");
    }

    private int Count(MessagePackType type, string what, int valuesEach)
    {
        var (count, head) = Length(type, what);
        if (count * valuesEach > input.Remaining - head || count > int.MaxValue)
            throw new MessagePackSerializationException($"{what} at offset {Consumed} counts {count}, but only {input.Remaining - head} bytes follow");
        input.Advance(head);
        return (int)count;
    }

    private ReadOnlySequence<byte> Payload(MessagePackType type, string what)
    {
        var (length, head) = Length(type, what);
        Room(head + length);
        input.Advance(head);
        return ReadRaw(length);
    }

    /// <summary>The length or count in the head of the next value, and the bytes of that head.</summary>
    private readonly (long Length, int Head) Length(MessagePackType type, string what)
    {
        var code = NextCode;
        if (MessagePackCode.ToMessagePackType(code) != type)
            throw Unexpected(what);
        return code switch
        {
            < MessagePackCode.FixStr => (code & 15, 1),
            < MessagePackCode.Nil => (code & 31, 1),
            < MessagePackCode.Ext8 => Sized(code - MessagePackCode.Bin8, 0),
            < MessagePackCode.Float32 => Sized(code - MessagePackCode.Ext8, 1),
            <= MessagePackCode.FixExt16 => (1 << (code - MessagePackCode.FixExt1), 2),
            < MessagePackCode.Array16 => Sized(code - MessagePackCode.Str8, 0),
            < MessagePackCode.Map16 => Sized(code - MessagePackCode.Array16 + 1, 0),
            _ => Sized(code - MessagePackCode.Map16 + 1, 0),
        };
    }

    private readonly (long Length, int Head) Sized(int step, int more) => ((long)Operand(1 << step), 1 + (1 << step) + more);

    private ulong Take(int bytes)
    {
        var value = Operand(bytes);
        input.Advance(1 + bytes);
        return value;
    }

    /// <summary>The big-endian number behind the code.</summary>
    private readonly ulong Operand(int bytes)
    {
        Span<byte> copy = stackalloc byte[9];
        if (!input.TryCopyTo(copy[..(1 + bytes)]))
            throw Ends(1 + bytes);
        return BinaryPrimitives.ReadUInt64BigEndian(copy[1..]) >> (64 - (8 * bytes));
    }

    private readonly void Room(long bytes)
    {
        if (input.Remaining < bytes)
            throw Ends(bytes);
    }

    private readonly MessagePackSerializationException Ends(long wanted) =>
        new($"the input ends too early: the value at offset {Consumed} needs {wanted} bytes, {input.Remaining} are left");

    private readonly MessagePackSerializationException Unexpected(string what) =>
        new(NextCode == MessagePackCode.NeverUsed ? $"the byte 0xc1 at offset {Consumed} is no MessagePack" : $"expected {what} at offset {Consumed}, found {NextMessagePackType} (0x{NextCode:x2})");
}
