using AioV2.Abi.Calls;

namespace AioV2.Conformance.Tests.Mutants;

/// <summary>The broken implementations, by name; and two that are not broken.</summary>
internal static class MutantTable
{
    public static IReadOnlyDictionary<string, Func<IAio2, IAio2>> All { get; } = new Dictionary<string, Func<IAio2, IAio2>>
    {
        ["none"] = inner => inner,
        ["late"] = inner => new LateNop(inner),
        ["loses the last of two events"] = inner => new LosesEvent(inner),
        ["gives the last event twice"] = inner => new RepeatsEvent(inner),
        ["loses an event on a bad buffer"] = inner => new FaultLosesEvent(inner),
        ["does not wait"] = inner => new DoesNotWait(inner),
        ["takes min_bytes above bytes"] = inner => new TakesMinAboveBytes(inner),
        ["counts records instead of bytes"] = inner => new CountsRecords(inner),
        ["accepts only the first record"] = inner => new AcceptsFirst(inner),
        ["accepts unknown iocb flags"] = inner => new AcceptsUnknownFlags(inner),
        ["ignores REQUIRED"] = inner => new IgnoresRequired(inner),
        ["does not clear ext"] = inner => new LeavesExt(inner),
        ["takes any version"] = inner => new AnyVersion(inner),
        ["writes params on failure"] = inner => new WritesParamsOnFailure(inner),
        ["dies of an unknown opcode"] = inner => new DiesOfOpcode(inner),
        ["hangs in destroy"] = inner => new HangsInDestroy(inner),
        ["changes user_data"] = inner => new ChangesUserData(inner),
        ["gives an event twice in a race of two reapers"] = inner => new GivesTwiceInARace(inner),
        ["loses an event in a race with a move"] = inner => new LosesEventInMove(inner),
        ["ends early in a race of destroy and a call"] = inner => new EndsEarlyInARace(inner),
        ["refuses in a race of two submitters"] = inner => new RefusesInARace(inner),
        ["sleeps through destroy"] = inner => new SleepsThroughDestroy(inner),
    };
}
