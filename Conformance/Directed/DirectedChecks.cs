namespace AioV2.Conformance.Directed;

/// <summary>All directed checks, in the order of the design.</summary>
public static class DirectedChecks
{
    /// <summary>Their table; a check's number is its place.</summary>
    public static IReadOnlyList<DirectedCheck> All { get; } =
    [
        .. SetupChecks.All,
        .. RingChecks.All,
        .. OverflowChecks.All,
        .. SubmitChecks.All,
        .. AttributeChecks.All,
        .. RingListChecks.All,
        .. CatalogueChecks.All,
        .. PiChecks.All,
        .. AbiChecks.Ring,
        .. GetChecks.All,
        .. RingMoveChecks.All,
        .. PlaceChecks.All,
        .. SyscallChecks.All,
        .. CancelChecks.All,
        .. ListChecks.All,
        .. IssueChecks.All,
        .. PollChecks.All,
        .. RaceChecks.All,
        .. RingRaceChecks.All,
        .. EmptiedRingChecks.All,
        .. AbiChecks.All,
        .. LifeChecks.All,
        .. PitfallChecks.All,
        .. DecisionChecks.All,
    ];
}
