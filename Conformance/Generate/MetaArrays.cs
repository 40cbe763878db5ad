using System.Buffers.Binary;
using AioV2.Abi;
using AioV2.Conformance.Calls;
using AioV2.Conformance.World;

namespace AioV2.Conformance.Generate;

/// <summary>The iovec arrays that every generated sequence finds in the Meta area.</summary>
public static class MetaArrays
{
    /// <summary>How many there are.</summary>
    public const int Count = 16;

    private const int Stride = 16 * Aio2Vec.SizeOf;

    /// <summary>Where an array stands.</summary>
    public static ulong At(int array) => WorldLayout.Meta + (ulong)(array * Stride);

    /// <summary>How many segments it has; the first has none.</summary>
    public static ulong Segments(int array) => (ulong)array;

    /// <summary>The step that writes them all.</summary>
    public static PokeStep Poke { get; } = new(0, Bytes());

    private static byte[] Bytes()
    {
        byte[] bytes = new byte[Count * Stride];
        for (int array = 0; array < Count; array++)
        {
            for (int segment = 0; segment < array; segment++)
            {
                var at = bytes.AsSpan(array * Stride + segment * Aio2Vec.SizeOf);
                BinaryPrimitives.WriteUInt64LittleEndian(at, WorldLayout.Data + (ulong)(segment * WorldLayout.SlotBytes));
                BinaryPrimitives.WriteUInt64LittleEndian(at[8..], (ulong)(segment * array % 300));
            }
        }

        return bytes;
    }
}
