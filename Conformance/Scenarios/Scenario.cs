namespace AioV2.Conformance.Scenarios;

/// <summary>A mistake that somebody has made, and what shows that an implementation does not make it.</summary>
/// <param name="Name">The mistake, as its source tells it.</param>
/// <param name="Source">Where it is told: the section and number of the prior art, and what that cites.</param>
/// <param name="Requirement">The id that it would break.</param>
/// <param name="Check">The directed check that plays it; null where no call shows it.</param>
/// <param name="Test">The test of this repository that proves it instead, or besides; null where there is none.</param>
public sealed record Scenario(string Name, string Source, string Requirement, string? Check, string? Test = null);
