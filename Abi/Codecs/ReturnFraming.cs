namespace AioV2.Abi.Codecs;

/// <summary>Everything that a run of returns promises, for those who judge an implementation (ATTR-2, ABI-2).</summary>
public static class ReturnFraming
{
    /// <summary>Checks heads, bounds, zero padding, known flags, a type, and a reserved field of zero.</summary>
    /// <param name="returns">What follows the fixed part of an event, up to its <c>bytes</c>.</param>
    /// <param name="baseOffset">Added to the offset of an error.</param>
    /// <param name="count">Returns found, up to the error if there is one.</param>
    public static RecordError Check(ReadOnlySpan<byte> returns, int baseOffset, out int count)
    {
        count = 0;
        int at = 0;
        while (at != returns.Length)
        {
            ReadOnlySpan<byte> rest = returns.Slice(at);
            uint reason = AttributeFraming.CheckFirst(rest, out int padded);
            if (reason == Aio2Reason.None)
            {
                // A return starts as an attribute does; its head is longer.
                reason = padded < Aio2AttrRet.SizeOf || RecordBytes.Load<uint>(rest, Aio2AttrRet.At.Bytes) < Aio2AttrRet.SizeOf
                    ? Aio2Reason.AttrTooShort
                    : RecordBytes.Load<uint>(rest, Aio2AttrRet.At.Reserved) != 0 ? Aio2Reason.FieldNotZero : Aio2Reason.None;
            }

            if (reason != Aio2Reason.None)
            {
                return new RecordError(reason, baseOffset + at);
            }

            at += padded;
            count++;
        }

        return default;
    }
}
