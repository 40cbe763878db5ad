using AioV2.Abi.Calls;

namespace AioV2.Conformance.Tests.Mutants;

/// <summary>What parallel rounds are tried on, by name: broken where two calls meet, and two that are not broken.</summary>
internal static class RaceTable
{
    public static IReadOnlyDictionary<string, Func<IAio2, IAio2>> All { get; } = new Dictionary<string, Func<IAio2, IAio2>>
    {
        ["none"] = inner => inner,
        ["late"] = inner => new LateNop(inner),
        ["gives an event twice in a race of two reapers"] = inner => new GivesTwiceInARace(inner),
        ["loses an event in a race with a move"] = inner => new LosesEventInMove(inner),
        ["ends early in a race of destroy and a call"] = inner => new EndsEarlyInARace(inner),
        ["refuses in a race of two submitters"] = inner => new RefusesInARace(inner),
        ["sleeps through destroy"] = inner => new SleepsThroughDestroy(inner),
    };
}
