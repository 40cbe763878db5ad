using AioV2.Abi;
using AioV2.Abi.Codecs;

namespace AioV2.Cli.Demo;

/// <summary>Records as hexadecimal, a field to a line, with what each means.</summary>
internal sealed class HexDump(TextWriter output)
{
    /// <summary>A packed run of iocbs.</summary>
    internal void Iocbs(ReadOnlySpan<byte> run)
    {
        var records = new IocbRun(run);
        for (var start = 0; records.TryNext(out var iocb); start = records.Offset)
        {
            var r = iocb.Record;
            Title(start, $"iocb, {iocb.Bytes} bytes");
            Field(r, start, Iocb2.At.Bytes, 4, $"bytes      {iocb.Bytes}");
            Field(r, start, Iocb2.At.Flags, 2, "flags");
            Field(r, start, Iocb2.At.Opcode, 2, $"opcode     AIO2_OP_{Aio2Op.NameOf(iocb.Opcode)}");
            Field(r, start, Iocb2.At.UserData, 8, $"user_data  {iocb.UserData}");
            Field(r, start, Iocb2.At.Fd, 4, $"fd         {iocb.Fd}");
            Field(r, start, Iocb2.At.RwFlags, 4, "rw_flags");
            Field(r, start, Iocb2.At.Addr, 8, "addr");
            Field(r, start, Iocb2.At.Len, 8, $"len        {iocb.Len}");
            Field(r, start, Iocb2.At.Offset, 8, $"offset     {iocb.Offset}");
            foreach (var attribute in iocb.Attributes)
            {
                var at = attribute.Offset;
                Field(r, start, at, 4, $"  attribute.bytes  {Aio2Attr.SizeOf + attribute.Payload.Length}");
                Field(r, start, at + 4, 2, $"  attribute.type   {TypeName(attribute.Type)}");
                Field(r, start, at + 6, 2, "  attribute.flags");
                Payload(r, start, at + Aio2Attr.SizeOf, attribute.Payload.Length);
            }
        }
    }

    /// <summary>A packed run of events.</summary>
    internal void Events(ReadOnlySpan<byte> run)
    {
        var records = new EventRun(run);
        for (var start = 0; records.TryNext(out var reader); start = records.Offset)
        {
            var r = reader.Record;
            Title(start, $"event, {reader.Bytes} bytes");
            Field(r, start, IoEvent2.At.Bytes, 4, $"bytes      {reader.Bytes}");
            Field(r, start, IoEvent2.At.Flags, 2, "flags");
            Field(r, start, IoEvent2.At.Reserved, 2, "reserved");
            Field(r, start, IoEvent2.At.UserData, 8, $"user_data  {reader.UserData}");
            Field(r, start, IoEvent2.At.Res, 8, $"res        {reader.Res}");
            foreach (var found in reader.Returns)
            {
                var at = found.Offset;
                Field(r, start, at, 4, $"  return.bytes   {Aio2AttrRet.SizeOf + found.Payload.Length}");
                Field(r, start, at + 4, 2, $"  return.type    {TypeName(found.Type)}");
                Field(r, start, at + 6, 2, "  return.flags");
                Field(r, start, at + 8, 4, $"  return.status  {(found.Status == 0 ? "0" : $"-{Errno.NameOf(-found.Status)}")}");
                Field(r, start, at + 12, 4, "  return.reserved");
                Payload(r, start, at + Aio2AttrRet.SizeOf, found.Payload.Length);
            }
        }
    }

    /// <summary>A type's name in C, or its number.</summary>
    internal static string TypeName(ushort type) =>
        Aio2AttrType.NameOf(type) is { } name ? $"AIO2_ATTR_TYPE_{name}" : $"0x{type:x4}";

    private void Payload(ReadOnlySpan<byte> record, int start, int at, int bytes)
    {
        for (var done = 0; done < bytes; done += 8)
        {
            Field(record, start, at + done, Math.Min(8, bytes - done), done == 0 ? "    payload" : "");
        }
    }

    private void Title(int offset, string text) => output.WriteLine($"  {offset:x4}  {text}");

    private void Field(ReadOnlySpan<byte> record, int start, int at, int bytes, string text) =>
        output.WriteLine($"    {start + at:x4}  {string.Join(' ', record.Slice(at, bytes).ToArray().Select(b => b.ToString("x2", System.Globalization.CultureInfo.InvariantCulture))),-23}  {text}".TrimEnd());
}
