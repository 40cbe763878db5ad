namespace AioV2.Tests;

/// <summary>Ties a test to the requirement of the design that it proves, e.g. <c>[Requirement("GET-3")]</c>.</summary>
/// <remarks>A trait, so that <c>--filter-trait Requirement=GET-3</c> runs exactly the proofs of one line.</remarks>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class, AllowMultiple = true)]
public sealed class RequirementAttribute(params string[] ids) : Attribute, Xunit.v3.ITraitAttribute
{
    public IReadOnlyCollection<string> Ids => ids;

    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() =>
        [.. ids.Select(id => new KeyValuePair<string, string>("Requirement", id))];
}
