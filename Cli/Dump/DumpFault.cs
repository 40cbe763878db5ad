namespace AioV2.Cli.Dump;

/// <summary>The first thing that is wrong with what was dumped.</summary>
/// <param name="Offset">Its first bad byte, from the start of the input.</param>
/// <param name="Reason">What is wrong there, with the reason code of the ABI where it has one.</param>
internal sealed record DumpFault(long Offset, string Reason)
{
    public override string ToString() => $"byte {Offset} (0x{Offset:x}): {Reason}";
}
