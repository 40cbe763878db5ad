using System.Buffers;

namespace AioV2.Spec.Tests.MessagePack;

/// <summary>One piece of a sequence that comes in pieces.</summary>
internal sealed class Segments : ReadOnlySequenceSegment<byte>
{
    private Segments(ReadOnlyMemory<byte> memory, long before)
    {
        Memory = memory;
        RunningIndex = before;
    }

    /// <summary>The same bytes, in pieces of so many.</summary>
    public static ReadOnlySequence<byte> Of(ReadOnlyMemory<byte> bytes, int each)
    {
        var first = new Segments(bytes[..Math.Min(each, bytes.Length)], 0);
        var last = first;
        for (var at = first.Memory.Length; at < bytes.Length; at += each)
        {
            var next = new Segments(bytes.Slice(at, Math.Min(each, bytes.Length - at)), at);
            last.Next = next;
            last = next;
        }
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }
}
