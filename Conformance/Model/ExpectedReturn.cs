using AioV2.Abi;

namespace AioV2.Conformance.Model;

/// <summary>An attribute return that an event must carry (ATTR-2).</summary>
/// <param name="Type">The attribute's type.</param>
/// <param name="Info">The attribute as the implementation knows it, or null.</param>
/// <param name="Applies">Whether it fits the operation; if not, only its head comes back.</param>
/// <param name="Payload">What was submitted, zero-extended.</param>
public sealed record ExpectedReturn(ushort Type, AttrInfo? Info, bool Applies, byte[] Payload)
{
    /// <summary>Bytes of the return with its padding, if only a head may come.</summary>
    public const int HeadOnly = Aio2AttrRet.SizeOf;

    /// <summary>Bytes of the return with its padding.</summary>
    public int Bytes => Applies && Info is { } info ? Aio2AttrRet.SizeOf + info.OutSize + 7 & ~7 : HeadOnly;
}
