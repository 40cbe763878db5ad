using System.Numerics;
using AioV2.Abi;
using AioV2.Abi.Calls;
using AioV2.Bench.Harness;

namespace AioV2.Bench.Rows;

/// <summary>One context of the kernel that is measured. An error of a call is the row's failure.</summary>
internal sealed unsafe class ContextUnderTest : IDisposable
{
    private readonly IAio2 _calls;

    /// <summary>Sets a context up.</summary>
    /// <param name="stage">Whose kernel.</param>
    /// <param name="slots">Requests in flight.</param>
    /// <param name="ringBytes">Data area of the ring.</param>
    /// <param name="flags">AIO2_SETUP_*.</param>
    /// <param name="eventfd">The eventfd, with AIO2_SETUP_EVENTFD.</param>
    public ContextUnderTest(Stage stage, int slots, uint ringBytes, uint flags, int eventfd = 0)
        : this(stage.Kernel, stage.Facts, slots, ringBytes, flags, eventfd)
    {
    }

    /// <summary>Sets a context up in another kernel than the stage's.</summary>
    /// <param name="calls">The calls.</param>
    /// <param name="facts">What they offer.</param>
    /// <param name="slots">Requests in flight.</param>
    /// <param name="ringBytes">Data area of the ring.</param>
    /// <param name="flags">AIO2_SETUP_*.</param>
    /// <param name="eventfd">The eventfd, with AIO2_SETUP_EVENTFD.</param>
    public ContextUnderTest(IAio2 calls, KernelFacts facts, int slots, uint ringBytes, uint flags, int eventfd = 0)
    {
        _calls = calls;
        if ((flags & ~facts.SetupFlags) is var missing and not 0)
        {
            throw new NotBuiltException($"this kernel does not offer AIO2_SETUP_{Aio2Setup.NameOf(missing & (~missing + 1))} yet");
        }
        var parameters = new Aio2Params { NrReqs = (uint)slots, RingBytes = ringBytes, Eventfd = eventfd };
        Check(_calls.Setup(Aio2.Version, flags, &parameters, Aio2Params.SizeOf), "io_setup2");
        Parameters = parameters;
    }

    /// <summary>What the set-up answered.</summary>
    public Aio2Params Parameters { get; }

    /// <summary>The smallest ring with room for so many events of that size, and a pad: a larger one leaves the caches before it is met again.</summary>
    public static uint RingFor(int events, int eventBytes) =>
        BitOperations.RoundUpToPowerOf2((uint)Math.Clamp((long)(events + 1) * eventBytes, Aio2.RingBytesMin, Aio2.RingBytesMax));

    /// <summary>Submits the whole run of records.</summary>
    public void Submit(byte* iocbs, int bytes)
    {
        var taken = _calls.Submit(Parameters.Ctx, iocbs, (nuint)bytes, null);
        if (taken != bytes)
        {
            throw new BenchException(taken < 0 ? $"io_submit2: {Errno.NameOf((int)-taken)}" : $"io_submit2 took {taken} of {bytes} bytes");
        }
    }

    /// <summary>Takes events by the call; waits until <paramref name="minBytes"/> are there.</summary>
    public int GetEvents(byte* events, int bytes, int minBytes) =>
        (int)Check(_calls.GetEvents(Parameters.Ctx, events, (nuint)bytes, (nuint)minBytes, null, 0), "io_getevents2");

    /// <inheritdoc/>
    public void Dispose() => _calls.Destroy(Parameters.Ctx);

    private static long Check(long result, string call) =>
        result >= 0 ? result : throw new BenchException($"{call}: {Errno.NameOf((int)-result)}");
}
