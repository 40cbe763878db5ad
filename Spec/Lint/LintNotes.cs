using AioV2.Spec.Model;

namespace AioV2.Spec.Lint;

/// <summary>Collects what the rules find, and sets aside what the spec claims as an exception.</summary>
internal sealed class LintNotes(string file)
{
    private readonly List<LintFinding> findings = [];
    private readonly List<LintFinding> exceptions = [];
    private readonly HashSet<AllowDef> used = [];

    public LintReport Report => new(InOrder(findings), InOrder(exceptions));

    /// <summary>Whether something is to be said of this place already.</summary>
    public bool Holds(SpecPosition at) => findings.Any(f => f.At == at);

    /// <summary>Notes that a declaration breaks a rule, at that place.</summary>
    public void Add(LintRule rule, SpecNode about, SpecPosition at, string message)
    {
        if (about.Allows.FirstOrDefault(a => a.Rule == rule.Id) is not { } allow)
        {
            Add(rule, at, message);
            return;
        }
        used.Add(allow);
        exceptions.Add(new LintFinding(rule, file, at, message, allow.Why));
    }

    /// <summary>Notes what no exception can be claimed from.</summary>
    public void Add(LintRule rule, SpecPosition at, string message) => findings.Add(new LintFinding(rule, file, at, message));

    /// <summary>Notes the exceptions of a declaration that nothing needed.</summary>
    public void CheckAllows(SpecNode node)
    {
        foreach (var allow in node.Allows.Where(a => a.Rule.Length > 0 && !used.Contains(a)))
        {
            Add(LintRules.NeedlessAllow, allow.AtKey("allow"), LintRules.All.Any(rule => rule.Id == allow.Rule)
                ? $"'{allow.Rule}' finds nothing here: remove the exception"
                : $"there is no rule '{allow.Rule}': one of {string.Join(", ", LintRules.All.Select(rule => rule.Id))}");
        }
    }

    private static List<LintFinding> InOrder(List<LintFinding> found) =>
        [.. found.Distinct().OrderBy(f => f.At.Line).ThenBy(f => f.At.Column).ThenBy(f => f.Rule.Id, StringComparer.Ordinal)];
}
