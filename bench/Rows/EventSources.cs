using AioV2.Abi;

namespace AioV2.Bench.Rows;

/// <summary>Ways to reap, by name.</summary>
internal static class EventSources
{
    /// <summary>What io_setup2 must be told for it.</summary>
    public static uint SetupFlags(Reaping reaping) => reaping switch
    {
        Reaping.Call => 0,
        Reaping.Deferred => Aio2Setup.Defer,
        Reaping.RingSingle => Aio2Setup.UserReap | Aio2Setup.SingleReaper,
        _ => Aio2Setup.UserReap,
    };

    /// <summary>The source of a context's events.</summary>
    public static IEventSource Make(ContextUnderTest context, Reaping reaping) => reaping switch
    {
        Reaping.Call or Reaping.Deferred => new CallEvents(context),
        _ => new RingEvents(context, reaping),
    };
}
