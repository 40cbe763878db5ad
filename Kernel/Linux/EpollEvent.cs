using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AioV2.Kernel.Linux;

/// <summary>struct epoll_event: packed to 12 bytes on x86-64, 16 bytes elsewhere.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
internal unsafe struct EpollEvent
{
    [FieldOffset(0)] private fixed byte _bytes[16];

    /// <summary>Bytes from one element of an array to the next.</summary>
    public static int Stride => DataAt + 8;

    private static int DataAt => RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;

    public uint Events
    {
        get => Unsafe.ReadUnaligned<uint>(ref _bytes[0]);
        set => Unsafe.WriteUnaligned(ref _bytes[0], value);
    }

    public nint Data
    {
        get => Unsafe.ReadUnaligned<nint>(ref _bytes[DataAt]);
        set => Unsafe.WriteUnaligned(ref _bytes[DataAt], value);
    }
}
