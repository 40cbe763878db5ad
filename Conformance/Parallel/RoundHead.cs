using System.Runtime.InteropServices;

namespace AioV2.Conformance.Parallel;

/// <summary>Head of a round in the journal; the operations of its threads follow.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct RoundHead
{
    public int Bytes;
    public int Reserved;
    public ulong Seed;
    public long Setup;
}
