using System.Buffers.Binary;

namespace AioV2.Attributes.Checksums;

/// <summary>A CRC of up to 64 bits: its polynomial, its bit order and the tables for eight bytes at a time.</summary>
/// <remarks>
/// A narrow CRC is computed as one of 64 bits with the polynomial <c>P * x^(64 - width)</c>, since
/// <c>M * x^64 mod P * x^(64-w) == (M * x^w mod P) * x^(64-w)</c>. So one engine serves all, and the narrow value stands at
/// the register's high-power end:
/// <code>
///  least significant bit first (CRC-32C, CRC-64/NVME)      most significant bit first (T10-DIF)
///  bit 63                 31             0                  63          47                    0
///     +--------------------+-------------+                   +-----------+---------------------+
///     |         0          |   CRC-32C   |                   |  T10-DIF  |          0          |
///     +--------------------+-------------+                   +-----------+---------------------+
/// </code>
/// The register carries no initial value and no final inversion: those belong to each CRC's own type.
/// </remarks>
internal sealed partial class CrcPolynomial
{
    private const int Slices = 8;
    private readonly ulong[] tables = new ulong[Slices * 256];

    /// <param name="polynomial">Without its leading term, most significant power first, <paramref name="width"/> bits.</param>
    /// <param name="width">Degree, 1 to 64.</param>
    /// <param name="leastSignificantFirst">Whether bit 0 of a byte is its highest power.</param>
    internal CrcPolynomial(ulong polynomial, int width, bool leastSignificantFirst)
    {
        Polynomial = polynomial << (64 - width);
        LeastSignificantFirst = leastSignificantFirst;
        // Scaling moves the leading term x^width to x^64, which stays implicit.
        FillTables();
        Prepare();
    }

    /// <summary>The polynomial scaled to degree 64, without <c>x^64</c>.</summary>
    internal ulong Polynomial { get; }

    /// <summary>Whether bit 0 of a byte is its highest power.</summary>
    internal bool LeastSignificantFirst { get; }

    /// <summary>Runs <paramref name="data"/> through the register by tables, on any machine.</summary>
    internal ulong UpdateByTable(ulong register, ReadOnlySpan<byte> data) =>
        LeastSignificantFirst ? LowBitFirst(register, data) : HighBitFirst(register, data);

    private ulong LowBitFirst(ulong register, ReadOnlySpan<byte> data)
    {
        ulong[] t = tables;
        while (data.Length >= 8)
        {
            ulong v = register ^ BinaryPrimitives.ReadUInt64LittleEndian(data);
            register = t[0x700 + (int)(v & 0xff)]
                ^ t[0x600 + (int)((v >> 8) & 0xff)]
                ^ t[0x500 + (int)((v >> 16) & 0xff)]
                ^ t[0x400 + (int)((v >> 24) & 0xff)]
                ^ t[0x300 + (int)((v >> 32) & 0xff)]
                ^ t[0x200 + (int)((v >> 40) & 0xff)]
                ^ t[0x100 + (int)((v >> 48) & 0xff)]
                ^ t[(int)(v >> 56)];
            data = data.Slice(8);
        }

        foreach (byte b in data)
        {
            register = (register >> 8) ^ t[(int)((register ^ b) & 0xff)];
        }

        return register;
    }

    private ulong HighBitFirst(ulong register, ReadOnlySpan<byte> data)
    {
        ulong[] t = tables;
        while (data.Length >= 8)
        {
            ulong v = register ^ BinaryPrimitives.ReadUInt64BigEndian(data);
            register = t[0x700 + (int)(v >> 56)]
                ^ t[0x600 + (int)((v >> 48) & 0xff)]
                ^ t[0x500 + (int)((v >> 40) & 0xff)]
                ^ t[0x400 + (int)((v >> 32) & 0xff)]
                ^ t[0x300 + (int)((v >> 24) & 0xff)]
                ^ t[0x200 + (int)((v >> 16) & 0xff)]
                ^ t[0x100 + (int)((v >> 8) & 0xff)]
                ^ t[(int)(v & 0xff)];
            data = data.Slice(8);
        }

        foreach (byte b in data)
        {
            register = (register << 8) ^ t[(int)((register >> 56) ^ b)];
        }

        return register;
    }

    // Table n, entry b: the register after byte b and n zero bytes, from an empty register.
    private void FillTables()
    {
        ulong lowBitFirst = Gf2.Reflect(Polynomial);
        for (int b = 0; b < 256; b++)
        {
            ulong r = LeastSignificantFirst ? (ulong)b : (ulong)b << 56;
            for (int bit = 0; bit < 8; bit++)
            {
                r = LeastSignificantFirst
                    ? (r >> 1) ^ (lowBitFirst & (0 - (r & 1)))
                    : (r << 1) ^ (Polynomial & (0 - (r >> 63)));
            }

            tables[b] = r;
        }

        for (int i = 256; i < tables.Length; i++)
        {
            ulong r = tables[i - 256];
            tables[i] = LeastSignificantFirst
                ? (r >> 8) ^ tables[(int)(r & 0xff)]
                : (r << 8) ^ tables[(int)(r >> 56)];
        }
    }

    partial void Prepare();
}
