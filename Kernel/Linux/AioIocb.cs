namespace AioV2.Kernel.Linux;

/// <summary>struct iocb of linux/aio_abi.h, little-endian: a request of the system's first AIO.</summary>
internal struct AioIocb
{
    /// <summary>Flags: the eventfd is added to when the request ends.</summary>
    public const uint SignalsResult = 1;

    /// <summary>Opcodes.</summary>
    public const ushort Pread = 0;

    public ulong Data;
    public uint Key, RwFlags;
    public ushort Opcode;
    public short Priority;
    public uint Fd;
    public ulong Buffer, Bytes;
    public long Offset;
    public ulong Reserved;
    public uint Flags, ResultFd;
}
