using System.Diagnostics;
using AioV2.Spec.Model;

namespace AioV2.Spec.Diff;

/// <summary>Collects changes, in the order in which they are found.</summary>
internal sealed class ChangeList
{
    private readonly List<SpecChange> changes = [];

    public IReadOnlyList<SpecChange> All => changes;

    public void Add(string kind, string subject, (SpecNode? Old, SpecNode? New) nodes, string? old, string? @new, Effect oldProgram, Effect newProgram)
    {
        Debug.Assert(ChangeKind.All.ContainsKey(kind), kind);
        changes.Add(new SpecChange
        {
            Kind = kind, Subject = subject, Old = old, New = @new, OldAt = nodes.Old?.At, NewAt = nodes.New?.At, OldProgram = oldProgram, NewProgram = newProgram,
        });
    }

    /// <summary>A change that breaks both ways for one reason.</summary>
    public void Break(string kind, string subject, (SpecNode? Old, SpecNode? New) nodes, string? old, string? @new, string why) =>
        Add(kind, subject, nodes, old, @new, Effect.Breaking(why), Effect.Breaking(why));

    /// <summary>Something that there was not: old programs do not know of it.</summary>
    public void Added(string kind, string subject, SpecNode node, string what, string onOldKernel) =>
        Add(kind, subject, (null, node), null, what, Effect.Compatible("an old program does not know of it"), Effect.New(onOldKernel));

    /// <summary>Something that there is no more: new programs do not know of it.</summary>
    public void Removed(string kind, string subject, SpecNode node, string what, string onNewKernel) =>
        Add(kind, subject, (node, null), what, null, Effect.Breaking(onNewKernel), Effect.Compatible("a new program does not know of it"));

    /// <summary>Words that changed while everything that can be compared did not.</summary>
    public void Words(string subject, (SpecNode Old, SpecNode New) nodes, string old, string @new)
    {
        const string Why = "only words changed: if the meaning did, programs break, and a reviewer has to say so";
        if (old != @new)
            Add("words", subject, nodes, old, @new, Effect.New(Why), Effect.New(Why));
    }
}
