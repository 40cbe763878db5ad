using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Abi.Codecs;
using AioV2.Abi.Ring;
using AioV2.Cli.Dump;
using AioV2.Spec.Parse;
using AioV2.Tests;

namespace AioV2.Cli.Tests.Dump;

[Requirement("RING-1", "RING-2", "RING-3", "RING-5")]
public sealed class RingDumpTests
{
    private const int Page = 4096;

    // Head stands 40 bytes before the ring's end: an event, a pad of 16 bytes, an event at the start.
    private static unsafe byte[] Ring
    {
        get
        {
            var layout = RingLayout.For(4096, Page);
            var map = new byte[layout.MapBytes];
            fixed (byte* at = map)
            {
                RingHeader.Format(at, layout, layout.MaxEventBytes, ctx: 5, start: 4096 + 4056, flags: Aio2RingFlags.Overflow);
                ((Aio2Ring*)at)->Tail = (2 * 4096) + 24;
                ((Aio2Ring*)at)->OverflowEvents = 3;
            }

            Event(map, 2 * Page + 4056, 11, 4096);
            MemoryMarshal.Write(map.AsSpan(2 * Page + 4080), 16u);
            MemoryMarshal.Write(map.AsSpan(2 * Page + 4084), Aio2EventFlags.Pad);
            Event(map, 2 * Page, 12, -Errno.ECANCELED);
            return map;
        }
    }

    private const string Text = """
        00000000  ring
        00000000  41 49 4f 32              magic            0x324f4941, AIO2_RING_MAGIC
        00000004  01 00 00 00              version          0x1, AIO2_RING_VERSION
        00000008  00 00 00 00 00 00 00 00  compat           0
        00000010  00 00 00 00 00 00 00 00  incompat         0
        00000018  00 01 00 00              header_bytes     256
        0000001c  00 10 00 00              ring_bytes       4096
        00000020  00 10 00 00              user_offset      4096
        00000024  00 20 00 00              data_offset      8192
        00000028  00 30 00 00 00 00 00 00  map_bytes        12288
        00000030  00 04 00 00              max_event_bytes  1024
        00000034  05 00 00 00              ctx              5
        00000038  00 00 00 00              generation       0
        0000003c  00 00 00 00              reserved0        0
        00000040  d8 1f 00 00 00 00 00 00  start            8152
        00000048  00 00 00 00 00 00 00 00  reserved1        0
        00000050  00 ... 48 bytes of zero
        00000080  18 20 00 00 00 00 00 00  tail             8216
        00000088  01 00 00 00              flags            AIO2_RING_OVERFLOW
        0000008c  00 00 00 00              reserved2        0
        00000090  03 00 00 00 00 00 00 00  overflow_events  3
        00000098  00 00 00 00 00 00 00 00  overflow_episodes 0
        000000a0  00 00 00 00 00 00 00 00  reserved3        0
        000000a8  00 ... 88 bytes of zero
        00001000  user line
        00001000  d8 1f 00 00 00 00 00 00  head             8152
        00001008  00 00 00 00              user_flags       0
        0000100c  00 00 00 00              reserved0        0
        00001010  00 00 00 00 00 00 00 00  reserved1        0
        00001018  00 ... 104 bytes of zero
        00002000  data, 4096 bytes, 64 of them in use
        00002fd8  event, 24 bytes
        00002fd8  18 00 00 00              bytes            24
        00002fdc  00 00                    flags            0
        00002fde  00 00                    reserved         0
        00002fe0  0b 00 00 00 00 00 00 00  user_data        11
        00002fe8  00 10 00 00 00 00 00 00  res              4096
        00002ff0  pad, 16 bytes, at position 8176
        00002ff0  10 00 00 00 02 00 00 00  bytes, flags AIO2_EVENT_PAD
        00002000  event, 24 bytes
        00002000  18 00 00 00              bytes            24
        00002004  00 00                    flags            0
        00002006  00 00                    reserved         0
        00002008  0c 00 00 00 00 00 00 00  user_data        12
        00002010  83 ff ff ff ff ff ff ff  res              -ECANCELED

        """;

    [Fact]
    public void A_ring_is_shown_with_its_pads_and_is_known_by_its_magic()
    {
        using var folder = new TestFolder();
        File.WriteAllBytes(folder["ring"], Ring);
        Assert.Equal(Text, Aio2Command.Run("dump", "--ring", folder["ring"]).ShouldSucceed().Output);
        Assert.Equal(Text, Aio2Command.Run("dump", folder["ring"]).ShouldSucceed().Output);
        Assert.Equal(Text, Aio2Command.RunProgram("/bin/sh", "-c", $"cat '{folder["ring"]}' | '{Aio2Command.Path}' dump").ShouldSucceed().Output);
    }

    public static TheoryData<int, byte[], int, string> Wounds => new()
    {
        { Aio2Ring.At.Magic + 3, [0x33], Aio2Ring.At.Magic + 3, "magic is 0x334f4941" },
        { Aio2Ring.At.Version, [9], Aio2Ring.At.Version, "version is 9, not 1" },
        { Aio2Ring.At.Incompat + 2, [4], Aio2Ring.At.Incompat + 2, "an incompat bit is set" },
        { Aio2Ring.At.RingBytes, [8], Aio2Ring.At.RingBytes, "ring_bytes is 4104" },
        { Aio2Ring.At.UserOffset, [8], Aio2Ring.At.UserOffset, "user line is not on a page of its own" },
        { Aio2Ring.At.DataOffset + 1, [0x10], Aio2Ring.At.DataOffset, "data area does not lie" },
        { Aio2Ring.At.MapBytes, [1], Aio2Ring.At.MapBytes, "map_bytes is 12289" },
        { Aio2Ring.At.Tail, [0x1c], Aio2Ring.At.Tail, "tail is no multiple of 8" },
        { Page, [0xdc], Page, "head is no multiple of 8" },
        { Page, [0x20, 0x20], Page, "head is not within 4096 bytes before tail" },
        { Page + 1, [0x0f], Page, "head is not within 4096 bytes before tail" },
        { (2 * Page) + 4080, [8], (2 * Page) + 4080, "a pad reaches up to the ring's end, 16 bytes" },
        { (2 * Page) + 4056, [32], (2 * Page) + 4056 + 24, "AIO2_REASON_ATTR_TRUNCATED" },
        { (2 * Page) + 4056, [48], (2 * Page) + 4056, "bytes is 48, 40 bytes are left" },
        { 2 * Page, [16], 2 * Page, "AIO2_REASON_RECORD_TOO_SHORT" },
        { (2 * Page) + 6, [1], (2 * Page) + 6, "AIO2_REASON_FIELD_NOT_ZERO" },
    };

    [Theory, MemberData(nameof(Wounds))]
    public void What_a_reaper_must_refuse_is_told_at_its_byte(int at, byte[] bytes, int told, string reason)
    {
        using var folder = new TestFolder();
        var ring = Ring;
        bytes.CopyTo(ring, at);
        File.WriteAllBytes(folder["ring"], ring);

        var (text, fault) = Dumped(folder["ring"]);
        Assert.Equal(told, fault!.Offset);
        Assert.Contains(reason, fault.Reason, StringComparison.Ordinal);
        var last = text.TrimEnd('\n').Split('\n')[^1];
        Assert.StartsWith($"{told:x8}  ", last, StringComparison.Ordinal);
        Assert.EndsWith($"<-- {fault.Reason}", last, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "a ring's header has 256 bytes, 0 are there")]
    [InlineData(200, "a ring's header has 256 bytes, 200 are there")]
    [InlineData(9000, "the ring has 12288 bytes, the input ends here")]
    public void A_ring_that_is_cut_off_is_told_at_its_end(int bytes, string reason)
    {
        using var folder = new TestFolder();
        File.WriteAllBytes(folder["ring"], Ring[..bytes]);

        Assert.Equal(new DumpFault(bytes, reason), Dumped(folder["ring"]).Fault);
    }

    [Fact]
    public void A_ring_that_is_none_ends_with_1()
    {
        using var folder = new TestFolder();
        File.WriteAllBytes(folder["ring"], Ring[..9000]);
        var outcome = Aio2Command.Run("dump", folder["ring"]);
        Assert.Equal((1, $"aio2: {folder["ring"]}: byte 9000 (0x2328): the ring has 12288 bytes, the input ends here\n"), (outcome.ExitCode, outcome.Error));
    }

    private static (string Text, DumpFault? Fault) Dumped(string path)
    {
        using var file = File.OpenHandle(path);
        var output = new StringWriter();
        var fault = new RingDump(new RecordDump(output, BuiltInSpec.Load()), file).Run(TestContext.Current.CancellationToken);
        return (output.ToString(), fault);
    }

    private static void Event(byte[] map, int at, ulong userData, long res)
    {
        var writer = new EventWriter(map.AsSpan(at, IoEvent2.SizeOf));
        Assert.True(writer.TryBegin(userData, res));
    }
}
