namespace AioV2.Kernel.Attributes;

/// <summary>A read that ended inside the call that submitted it, without becoming a request: what its attributes are told.</summary>
/// <param name="Begun">When it was accepted and begun, CLOCK_MONOTONIC ns; 0 where no attribute of it asks.</param>
/// <param name="Ended">When it had ended.</param>
/// <param name="Bytes">Bytes read; all of them were at hand.</param>
internal readonly record struct HotRead(long Begun, long Ended, long Bytes);
