using System.Runtime.InteropServices;

namespace AioV2.Kernel.Linux;

/// <summary>The fields of struct statfs that the kernel side reads (x86-64 and arm64: 120 bytes).</summary>
[StructLayout(LayoutKind.Explicit, Size = 120)]
internal struct Statfs
{
    public const long Tmpfs = 0x01021994, Hugetlbfs = 0x958458f6;

    [FieldOffset(0)] public long Type;
    [FieldOffset(8)] public long BlockSize;
}
