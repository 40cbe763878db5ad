namespace AioV2.Kernel.Engines.IoUring;

/// <summary>The constants of linux/io_uring.h that the engine uses, under their own names.</summary>
internal static class UringAbi
{
    public const uint IORING_SETUP_CQSIZE = 1 << 3, IORING_SETUP_CLAMP = 1 << 4, IORING_SETUP_R_DISABLED = 1 << 6,
        IORING_SETUP_SUBMIT_ALL = 1 << 7, IORING_SETUP_SINGLE_ISSUER = 1 << 12, IORING_SETUP_DEFER_TASKRUN = 1 << 13;

    public const uint IORING_FEAT_SINGLE_MMAP = 1 << 0, IORING_FEAT_NODROP = 1 << 1, IORING_FEAT_SUBMIT_STABLE = 1 << 2,
        IORING_FEAT_RW_CUR_POS = 1 << 3;

    public const uint IORING_SQ_CQ_OVERFLOW = 1 << 1;

    public const uint IORING_ENTER_GETEVENTS = 1, IORING_ENTER_REGISTERED_RING = 1 << 4;

    public const uint IORING_REGISTER_PROBE = 8, IORING_REGISTER_ENABLE_RINGS = 12, IORING_REGISTER_RING_FDS = 20;

    public const long IORING_OFF_SQ_RING = 0, IORING_OFF_SQES = 0x10000000;

    public const byte IORING_OP_NOP = 0, IORING_OP_READV = 1, IORING_OP_WRITEV = 2, IORING_OP_FSYNC = 3, IORING_OP_POLL_ADD = 6, IORING_OP_ASYNC_CANCEL = 14,
        IORING_OP_READ = 22, IORING_OP_WRITE = 23;

    public const uint IORING_FSYNC_DATASYNC = 1;

    public const ushort IO_URING_OP_SUPPORTED = 1;
}
