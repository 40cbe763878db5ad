namespace AioV2.Attributes.Checksums;

/// <summary>The ways in which a CRC can be computed; a machine has some of them.</summary>
internal enum CrcPath
{
    /// <summary>Tables, eight bytes at a time: everywhere.</summary>
    Table,

    /// <summary>Carry-less multiplication of 128-bit vectors: PCLMULQDQ, or PMULL on ARM.</summary>
    Fold128,

    /// <summary>Carry-less multiplication of 256-bit vectors: VPCLMULQDQ.</summary>
    Fold256,

    /// <summary>Carry-less multiplication of 512-bit vectors: VPCLMULQDQ with AVX-512.</summary>
    Fold512,
}
