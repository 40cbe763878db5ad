using System.Diagnostics;
using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Bench.Harness;

namespace AioV2.Bench.Rows;

/// <summary>Set-up and tear-down of a context that does nothing (DESTROY-2), with the unmapping of a shared ring.</summary>
internal sealed partial class SetupSide(Stage stage, bool shared) : ISide
{
    /// <inheritdoc/>
    public Reading Run(long operations)
    {
        _ = stage.Facts;
        var start = Stopwatch.GetTimestamp();
        for (long i = 0; i < operations; i++)
        {
            using var context = new ContextUnderTest(stage, (int)Aio2.NrReqsDefault, 0, shared ? Aio2Setup.UserReap : 0);
            if (shared)
            {
                _ = Unmap((nint)context.Parameters.RingAddr, (nuint)context.Parameters.RingMapBytes);
            }
        }
        return new Reading(operations, Elapsed.Since(start));
    }

    /// <summary>Nothing is held.</summary>
    public void Dispose()
    {
    }

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(nint address, nuint bytes);
}
