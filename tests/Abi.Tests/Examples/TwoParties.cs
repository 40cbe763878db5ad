using AioV2.Abi.Ring;
using AioV2.Abi.Tests.Ring;
using AioV2.Tests;

namespace AioV2.Abi.Tests.Examples;

/// <summary>An example: two parties that share memory and a ring, and nothing else (RING-12).</summary>
/// <remarks>One writes lines of text of any length as records, the other looks at them in place. No context, no call, no
/// event: a record needs only <c>bytes</c> and <c>flags</c> at its start.</remarks>
public sealed unsafe class TwoParties
{
    private const int HeadBytes = 8;

    [Fact, Requirement("RING-12")]
    public void Two_parties_pass_lines_of_text_through_a_ring_without_AIO()
    {
        // Any memory will do: here it lies between two pages that fault.
        using var memory = new RingMemory(ringBytes: 4096, maxEventBytes: 512);
        RingProducer writer = memory.Producer();
        Assert.Equal(RingOpenStatus.Ok, RingReaper.Open(memory.Map, memory.Layout.MapBytes, single: true, out RingReaper? reader));
        string[] lines = [.. Enumerable.Range(0, 1000).Select(i => new string((char)('a' + i % 26), i % 200))];

        var received = new List<string>();
        foreach (string line in lines)
        {
            while (!TryWriteLine(writer, line))
            {
                ReadLines(reader!, received);
            }
        }

        writer.SetFlags(Aio2RingFlags.Dead);
        Assert.Equal(RingStatus.EnterKernel, ReadLines(reader!, received));
        Assert.Equal(lines, received);
    }

    private static bool TryWriteLine(RingProducer writer, string line)
    {
        int bytes = HeadBytes + sizeof(int) + line.Length * sizeof(char);
        int padded = (bytes + 7) & ~7;
        if (!writer.TryReserve((uint)padded, out byte* place))
        {
            return false;
        }

        // Straight into the ring: nobody sees it before Publish.
        *(ulong*)place = (uint)padded;
        *(int*)(place + HeadBytes) = line.Length;
        line.CopyTo(new Span<char>(place + HeadBytes + sizeof(int), line.Length));
        writer.Publish();
        return true;
    }

    private static RingStatus ReadLines(RingReaper reader, List<string> lines)
    {
        RingStatus status;
        while ((status = reader.TryPeek(out ReadOnlySpan<byte> record)) == RingStatus.Event)
        {
            int length = BitConverter.ToInt32(record[HeadBytes..]);
            lines.Add(new string(System.Runtime.InteropServices.MemoryMarshal.Cast<byte, char>(
                record.Slice(HeadBytes + sizeof(int), length * sizeof(char)))));
            reader.Advance();
        }

        return status;
    }
}
