using AioV2.Spec.Model;

namespace AioV2.Spec.Diff;

/// <summary>Payloads of attributes and the operations that they fit; their numbers are <see cref="GroupDiff"/>'s (ATTR-7).</summary>
internal static class AttributeDiff
{
    public static void Run(SpecDocument old, SpecDocument @new, ChangeList changes)
    {
        if (old.DriverBase != @new.DriverBase)
        {
            changes.Break("driver-base", @new.Attributes.Prefix + "DRIVER_BASE", (old.Attributes, @new.Attributes), $"0x{old.DriverBase:x}", $"0x{@new.DriverBase:x}",
                "a type between both is a driver's own to one side and the catalogue's to the other (ATTR-5)");
        }
        var before = Names.Index(old.Attrs, attribute => attribute.Name);
        foreach (var attribute in @new.Attrs)
        {
            if (before.TryGetValue(attribute.Name, out var was))
                Compare(@new.Attributes.Prefix + attribute.Name, was, attribute, Operations(old), Operations(@new), changes);
        }
    }

    private static string[] Operations(SpecDocument spec) => [.. spec.Ops.Select(op => op.Name)];

    private static void Compare(string name, AttrDef old, AttrDef @new, string[] oldOps, string[] newOps, ChangeList changes)
    {
        if (old.In?.Value != @new.In?.Value)
            changes.Break("payload", name, (old, @new), old.In?.Value, @new.In?.Value, "the other side takes another struct for the payload, or none");
        if (old.Out?.Value != @new.Out?.Value)
            Return(name, old, @new, changes);
        var (was, now) = (old.Opcodes?.Select(n => n.Value).ToArray() ?? oldOps, @new.Opcodes?.Select(n => n.Value).ToArray() ?? newOps);
        foreach (var op in was.Intersect(newOps).Except(now))
            changes.Removed("attribute-op-removed", $"{name} on {op}", old, op, "it is not done with this operation any more, or with REQUIRED the iocb is refused (ATTR-3)");
        foreach (var op in now.Intersect(oldOps).Except(was))
            changes.Added("attribute-op-added", $"{name} on {op}", @new, op, "an old kernel does not do it with this operation, and its return says so (ATTR-3)");
        if (old.Feature?.Value != @new.Feature?.Value)
        {
            const string Why = "which feature bit says that it is offered has changed";
            changes.Add("attribute-feature", name, (old, @new), old.Feature?.Value, @new.Feature?.Value, Effect.New(Why), Effect.New(Why));
        }
    }

    private static void Return(string name, AttrDef old, AttrDef @new, ChangeList changes)
    {
        if (old.Out is null)
        {
            changes.Add("return-payload", name, (old, @new), null, @new.Out?.Value,
                Effect.Breaking("its event is longer than the program made room for (ATTR-6)"), Effect.New("an old kernel gives none"));
        }
        else
        {
            changes.Break("return-payload", name, (old, @new), old.Out?.Value, @new.Out?.Value, "the other side gives another struct, or none");
        }
    }
}
