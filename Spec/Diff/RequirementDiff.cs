using AioV2.Spec.Model;

namespace AioV2.Spec.Diff;

/// <summary>What is promised: ids are for ever.</summary>
internal static class RequirementDiff
{
    public static void Run(SpecDocument old, SpecDocument @new, ChangeList changes)
    {
        var (before, after) = (Names.Index(old.Requirements, r => r.Id), Names.Index(@new.Requirements, r => r.Id));
        foreach (var requirement in before.Values.Where(r => !after.ContainsKey(r.Id)))
            changes.Removed("requirement-removed", requirement.Id, requirement, requirement.Title, "what was promised is promised no longer, and an id is for ever");
        foreach (var requirement in after.Values)
        {
            if (before.TryGetValue(requirement.Id, out var was))
                changes.Words(requirement.Id, (was, requirement), was.Title, requirement.Title);
            else
                changes.Added("requirement-added", requirement.Id, requirement, requirement.Title, "an old kernel does not promise it");
        }
    }
}
