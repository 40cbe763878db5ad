using AioV2.Conformance.Run;

namespace AioV2.Conformance.Parallel;

/// <summary>The ring that a thread looks at, and which of the context's rings it is.</summary>
internal readonly record struct RingView(UserRing Ring, uint Generation);
