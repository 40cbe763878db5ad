using System.Runtime.InteropServices;

namespace AioV2.Attributes.Tests.Checksums;

/// <summary>Intel's ISA-L, the independent implementation that the CRCs are held against. A missing library fails the test.</summary>
internal static unsafe partial class IsaL
{
    private const string Library = "libisal.so.2";

    internal static ushort T10Dif(ushort seed, ReadOnlySpan<byte> data)
    {
        fixed (byte* at = data)
        {
            return Crc16T10Dif(seed, at, (ulong)data.Length);
        }
    }

    // ISA-L leaves both inversions of CRC-32C to the caller.
    internal static uint Crc32C(uint seed, ReadOnlySpan<byte> data)
    {
        fixed (byte* at = data)
        {
            return ~Crc32Iscsi(at, data.Length, ~seed);
        }
    }

    [LibraryImport(Library, EntryPoint = "crc16_t10dif")]
    private static partial ushort Crc16T10Dif(ushort seed, byte* data, ulong length);

    [LibraryImport(Library, EntryPoint = "crc32_iscsi")]
    private static partial uint Crc32Iscsi(byte* data, int length, uint seed);
}
