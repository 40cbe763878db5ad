namespace AioV2.Kernel.Memory;

/// <summary>How far the kernel side believes the addresses that it is given (design §5).</summary>
public enum UserMemoryPolicy
{
    /// <summary>Any address may be bad and gives <c>-EFAULT</c>: the default behind the C calls.</summary>
    Checked,

    /// <summary>Plain copies, for managed callers whose library owns what it passes. A bad address ends the process,
    /// but for the null page, which gives <c>-EFAULT</c>.</summary>
    Direct,
}
