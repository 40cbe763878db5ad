using System.Diagnostics;
using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Abi.Codecs;
using AioV2.Abi.Ring;
using AioV2.Cli.Dump;
using AioV2.Tests;
using FsCheck;
using FsCheck.Fluent;

namespace AioV2.Cli.Tests.Dump;

[Requirement("ABI-2", "ATTR-1", "ATTR-2")]
public sealed class DumpTests
{
    private const string IocbText = """
        00000000  iocb, 96 bytes
        00000000  60 00 00 00              bytes            96
        00000004  00 00                    flags            0
        00000006  01 00                    opcode           AIO2_OP_PREAD
        00000008  07 00 00 00 00 00 00 00  user_data        7
        00000010  03 00 00 00              fd               3
        00000014  08 00 00 40              rw_flags         AIO2_RWF_NOWAIT | 0x40000000 unknown
        00000018  00 10 00 00 00 7f 00 00  addr             0x7f0000001000
        00000020  00 10 00 00 00 00 00 00  len              4096
        00000028  ff ff ff ff ff ff ff ff  offset           -1, the file position
        00000030    attribute TIMING, 8 bytes
        00000030  08 00 00 00                bytes            8
        00000034  02 00                      type             AIO2_ATTR_TYPE_TIMING
        00000036  01 00                      flags            AIO2_ATTR_REQUIRED
        00000038    attribute CHECKSUM, 16 bytes
        00000038  10 00 00 00                bytes            16
        0000003c  07 00                      type             AIO2_ATTR_TYPE_CHECKSUM
        0000003e  00 00                      flags            0
        00000040  02 00 00 00                  algorithm        AIO2_CHECKSUM_CRC64NVME
        00000044  00 00 00 00                  reserved         0
        00000048    attribute of type 0x8001, unknown here, 21 bytes
        00000048  15 00 00 00                bytes            21
        0000004c  01 80                      type             32769, which is none of AIO2_ATTR_TYPE_*
        0000004e  00 00                      flags            0
        00000050  01 02 03 04 05 06 07 08      payload
        00000058  09 0a 0b 0c 0d
        0000005d  00 00 00                   padding

        """;

    private const string EventText = """
        00000000  event, 88 bytes
        00000000  58 00 00 00              bytes            88
        00000004  01 00                    flags            AIO2_EVENT_MORE
        00000006  00 00                    reserved         0
        00000008  09 00 00 00 00 00 00 00  user_data        9
        00000010  fb ff ff ff ff ff ff ff  res              -EIO
        00000018    return CACHE, 32 bytes
        00000018  20 00 00 00                bytes            32
        0000001c  03 00                      type             AIO2_ATTR_TYPE_CACHE
        0000001e  00 00                      flags            0
        00000020  a1 ff ff ff                status           -EOPNOTSUPP
        00000024  00 00 00 00                reserved         0
        00000028  03 00 00 00                  state            AIO2_CACHE_PARTIAL
        0000002c  00 00 00 00                  reserved         0
        00000030  00 02 00 00 00 00 00 00      bytes            512
        00000038    return RETRY, 32 bytes
        00000038  20 00 00 00                bytes            32
        0000003c  0a 00                      type             AIO2_ATTR_TYPE_RETRY
        0000003e  00 00                      flags            0
        00000040  00 00 00 00                status           0
        00000044  00 00 00 00                reserved         0
        00000048  01 00 00 00                  continued        1
        0000004c  02 00 00 00                  retried          2
        00000050  ff 00 00 00 00 00 00 00      beyond what is known

        """;

    private static byte[] Iocbs
    {
        get
        {
            var buffer = new byte[Aio2.IocbMax];
            var writer = new IocbWriter(buffer);
            Assert.True(writer.TryBegin(new Iocb2 { Opcode = Aio2Op.Pread, UserData = 7, Fd = 3, RwFlags = Aio2Rwf.Nowait | 1u << 30, Addr = 0x7f0000001000, Len = 4096, Offset = -1 }));
            Assert.True(writer.TryAttribute(Aio2AttrType.Timing, Aio2AttrFlags.Required));
            Assert.True(writer.TryAttribute(Aio2AttrType.Checksum, 0, new Aio2AttrChecksum { Algorithm = Aio2Checksum.Crc64nvme }));
            Assert.True(writer.TryAttribute(0x8001, 0, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]));
            return writer.Written.ToArray();
        }
    }

    private static byte[] Events
    {
        get
        {
            var buffer = new byte[Aio2.EventMax];
            var writer = new EventWriter(buffer);
            Assert.True(writer.TryBegin(9, -Errno.EIO, Aio2EventFlags.More));
            Assert.True(writer.TryReturn(Aio2AttrType.Cache, 0, -Errno.EOPNOTSUPP, new Aio2RetCache { State = Aio2CacheState.Partial, Bytes = 512 }));
            Assert.True(writer.TryReturn(Aio2AttrType.Retry, 0, 0, [1, 0, 0, 0, 2, 0, 0, 0, 0xff, 0, 0, 0, 0, 0, 0, 0]));
            return writer.Written.ToArray();
        }
    }

    [Fact]
    public void Iocbs_are_shown_with_their_attributes()
    {
        using var folder = new TestFolder();
        File.WriteAllBytes(folder["iocbs"], Iocbs);
        Assert.Equal(IocbText, Aio2Command.Run("dump", "--iocbs", folder["iocbs"]).ShouldSucceed().Output);
    }

    [Fact]
    public void Events_are_shown_with_their_returns_and_need_no_option_and_no_file()
    {
        using var folder = new TestFolder();
        File.WriteAllBytes(folder["events"], Events);
        Assert.Equal(EventText, Aio2Command.Run("dump", "--events", folder["events"]).ShouldSucceed().Output);
        Assert.Equal(EventText, Aio2Command.Run("dump", folder["events"]).ShouldSucceed().Output);
        Assert.Equal(EventText, Aio2Command.RunProgram("/bin/sh", "-c", $"'{Aio2Command.Path}' dump < '{folder["events"]}'").ShouldSucceed().Output);
        Assert.Equal(EventText, Aio2Command.RunProgram("/bin/sh", "-c", $"cat '{folder["events"]}' | '{Aio2Command.Path}' dump -").ShouldSucceed().Output);
    }

    [Fact]
    public void What_is_malformed_is_shown_at_its_first_bad_byte_behind_what_is_well_formed()
    {
        using var folder = new TestFolder();
        var bytes = Iocbs;
        bytes[0x5e] = 7;
        File.WriteAllBytes(folder["bad"], bytes);
        var outcome = Aio2Command.Run("dump", "--iocbs", folder["bad"]);

        var good = IocbText[..IocbText.IndexOf("00000048  ", StringComparison.Ordinal)];
        Assert.Equal(good + "0000005e  07 00                    <-- AIO2_REASON_ATTR_PADDING: the padding behind an attribute is not zero\n", outcome.Output);
        Assert.Equal($"aio2: {folder["bad"]}: byte 94 (0x5e): AIO2_REASON_ATTR_PADDING: the padding behind an attribute is not zero\n", outcome.Error);
        Assert.Equal(1, outcome.ExitCode);
    }

    [Theory]
    [InlineData(RecordKind.Iocbs)]
    [InlineData(RecordKind.Events)]
    public void Every_well_formed_run_is_dumped_and_each_of_its_bytes_is_shown_once(RecordKind kind) => ForAll(DumpedRecords.Run(kind), 150, run =>
    {
        var (text, fault) = DumpedRecords.Dump(kind, run);
        Assert.Null(fault);
        Assert.Equal(run, DumpedRecords.Shown(text).Values);
        Assert.Equal(Enumerable.Range(0, run.Length).Select(i => (long)i), DumpedRecords.Shown(text).Keys);
    });

    [Theory]
    [InlineData(RecordKind.Iocbs)]
    [InlineData(RecordKind.Events)]
    public void Each_corruption_that_the_decoder_refuses_is_told_where_and_why_it_does(RecordKind kind)
    {
        var refused = 0;
        var damaged = from run in DumpedRecords.Run(kind)
                      from at in Gen.Choose(0, run.Length - 1)
                      from bits in Gen.OneOf(Gen.Choose(1, 255), Gen.Choose(0, 7).Select(bit => 1 << bit))
                      from keep in Gen.Frequency((4, Gen.Constant(run.Length)), (1, Gen.Choose(1, run.Length)))
                      select (run[..keep].Select((b, i) => i == at ? (byte)(b ^ bits) : b).ToArray(), at);
        ForAll(damaged, 1500, pair =>
        {
            var (bytes, at) = pair;
            var (text, fault) = DumpedRecords.Dump(kind, bytes);
            var (reason, place, span) = Judged(kind, bytes);
            if (reason == Aio2Reason.None)
            {
                Assert.Null(fault);
                return;
            }

            refused++;
            Assert.NotNull(fault);
            Assert.StartsWith(reason switch
            {
                Aio2Reason.FlagsUnknown => "a PAD is no event",
                // A cut cannot be told from a record that no input could hold before all of it was read.
                Aio2Reason.RecordTruncated when bytes.Length - place >= sizeof(uint) && BitConverter.ToUInt32(bytes, place) > Aio2.EventMax => "AIO2_REASON_RECORD_TOO_LONG",
                _ => $"AIO2_REASON_{Aio2Reason.NameOf(reason)}:",
            }, fault.Reason, StringComparison.Ordinal);
            Assert.InRange(fault.Offset, place, place + span - 1);
            Assert.Contains($"\n{fault.Offset:x8}  ", "\n" + text, StringComparison.Ordinal);
            Assert.EndsWith($"<-- {fault.Reason}\n", text, StringComparison.Ordinal);
            Assert.All(DumpedRecords.Shown(text), b => Assert.Equal(bytes[b.Key], b.Value));
        });
        Assert.True(refused > 150, $"only {refused} corruptions were refused");
    }

    [Fact]
    public void A_long_input_goes_through_a_window()
    {
        using var folder = new TestFolder();
        var one = Events;
        using (var file = File.Create(folder["long"]))
        {
            for (var i = 0; i < 20_000; i++)
            {
                file.Write(one);
            }

            file.Write(one.AsSpan(0, 40));
        }

        var outcome = Aio2Command.RunProgram("/bin/sh", "-c", $"cat '{folder["long"]}' | '{Aio2Command.Path}' dump --events | tail -n 2");
        var end = 20_000L * one.Length;
        Assert.Equal($"{end:x8}  event\n{end:x8}  58 00 00 00 01 00 00 00  <-- AIO2_REASON_RECORD_TRUNCATED: bytes is 88, 40 bytes are left\n", outcome.Output);
    }

    [Fact]
    public async Task A_record_is_shown_while_the_next_is_waited_for_and_the_wait_can_be_interrupted()
    {
        var start = new ProcessStartInfo(Aio2Command.Path, ["dump"]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(Events, patience.Token);
            await process.StandardInput.BaseStream.FlushAsync(patience.Token);
            foreach (var line in EventText.TrimEnd('\n').Split('\n'))
            {
                Assert.Equal(line, await process.StandardOutput.ReadLineAsync(patience.Token));
            }

            Aio2Command.RunProgram("/bin/sh", "-c", $"kill -INT {process.Id}").ShouldSucceed();
            Assert.Equal("aio2: interrupted", await process.StandardError.ReadLineAsync(patience.Token));
            await process.WaitForExitAsync(patience.Token);
            Assert.Equal(130, process.ExitCode);
        }
        finally
        {
            process.Kill();
        }
    }

    [Fact]
    public void Options_exclude_each_other_and_a_missing_file_is_named()
    {
        Aio2Command.Run("dump", "--events", "--ring", "x").ShouldFail(2, "exclude");
        Aio2Command.Run("dump", "/no/such/file").ShouldFail(1, "/no/such/file");
    }

    /// <summary>What the codecs of the ABI say of a run: the reason, where, and how many bytes there are in question.</summary>
    private static (uint Reason, int Offset, int Bytes) Judged(RecordKind kind, byte[] bytes)
    {
        for (var at = 0; at < bytes.Length;)
        {
            var rest = bytes.AsSpan(at);
            var (error, size) = kind == RecordKind.Iocbs ? Iocb(rest) : Event(rest);
            if (error.IsError)
            {
                var item = error.Offset >= (kind == RecordKind.Iocbs ? Iocb2.SizeOf : IoEvent2.SizeOf);
                return (error.Reason, at + error.Offset, error.Reason switch
                {
                    Aio2Reason.AttrPadding => (int)MemoryMarshal.Read<uint>(rest[error.Offset..]) + 8,
                    _ when item => Aio2AttrRet.SizeOf,
                    _ => sizeof(uint),
                });
            }

            at += size;
        }

        return (Aio2Reason.None, 0, 0);
    }

    private static (RecordError Error, int Bytes) Iocb(ReadOnlySpan<byte> run)
    {
        var error = IocbReader.Open(run, out var iocb);
        return error.IsError ? (error, 0) : (iocb.CheckAttributes(), iocb.Bytes);
    }

    private static (RecordError Error, int Bytes) Event(ReadOnlySpan<byte> run)
    {
        var error = EventReader.Open(run, out var reader);
        return error.IsError ? (error, 0)
            : reader.Reserved != 0 ? (new RecordError(Aio2Reason.FieldNotZero, IoEvent2.At.Reserved), 0)
            : (ReturnFraming.Check(reader.ReturnBytes, IoEvent2.SizeOf, out _), reader.Bytes);
    }

    private static void ForAll<T>(Gen<T> values, int tests, Action<T> law) => Check.One(
        Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(tests).WithReplay(2026, 113), Prop.ForAll(values.ToArbitrary(), law));
}
