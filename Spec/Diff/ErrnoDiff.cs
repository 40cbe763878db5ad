using AioV2.Spec.Model;

namespace AioV2.Spec.Diff;

/// <summary>Numbers of errnos, and which one goes with which reason code (SUBMIT-5).</summary>
internal static class ErrnoDiff
{
    public static void Run(SpecDocument old, SpecDocument @new, ChangeList changes)
    {
        var (before, after) = (Names.Index(old.Errnos, e => e.Name), Names.Index(@new.Errnos, e => e.Name));
        foreach (var errno in before.Values.Where(e => !after.ContainsKey(e.Name)))
            changes.Removed("errno-removed", errno.Name, errno, $"{errno.Value}", "what a program tests for never comes");
        foreach (var errno in after.Values)
        {
            if (!before.TryGetValue(errno.Name, out var was))
            {
                changes.Added("errno-added", errno.Name, errno, $"{errno.Value}", "an old kernel never gives it");
                continue;
            }
            if (was.Value != errno.Value)
                changes.Break("errno-value", errno.Name, (was, errno), $"{was.Value}", $"{errno.Value}", "the number is compiled into programs");
            changes.Words(errno.Name, (was, errno), was.Text, errno.Text);
        }
        var reasons = Names.Index(old.ReasonCodes, r => r.Name);
        foreach (var reason in @new.ReasonCodes)
        {
            if (reasons.TryGetValue(reason.Name, out var was) && was.Errno?.Value != reason.Errno?.Value)
                changes.Break("reason-errno", @new.Reasons.Prefix + reason.Name, (was, reason), was.Errno?.Value ?? "0", reason.Errno?.Value ?? "0", "programs test for the errno");
        }
    }
}
