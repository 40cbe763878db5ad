using AioV2.Abi;

namespace AioV2.Kernel.Tests.Attributes;

/// <summary>PI as an attribute among others, on a file that is not protected; what it does on one that is stands in
/// <see cref="Pi.ProtectedTransferTests"/> (ATTR-8).</summary>
public sealed class PiTests() : AttributeLaws(Aio2AttrType.Pi)
{
    protected override byte[] Sample => new byte[Aio2AttrPi.SizeOf];

    protected override int[] Statuses => [-Errno.EOPNOTSUPP];
}
