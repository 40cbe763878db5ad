namespace AioV2.Kernel.Attributes;

/// <summary>Why a payload is refused: a positive errno and an AIO2_REASON_*; both 0 when it is not.</summary>
internal readonly record struct AttributeFault(int Errno, uint Reason)
{
    public static AttributeFault None => default;
}
