using AioV2.Spec.Model;

namespace AioV2.Spec.Diff;

/// <summary>What differs between two specs, and whom it hurts: an old program on a new kernel, or a new program on an old one (ABI-4).</summary>
/// <remarks>The specs need not be sound: layouts with holes and names without a target are compared as they stand.</remarks>
public sealed class SpecDiff
{
    private SpecDiff(SpecDocument old, SpecDocument @new, IReadOnlyList<SpecChange> changes)
    {
        Old = old;
        New = @new;
        Changes = changes;
    }

    public SpecDocument Old { get; }

    public SpecDocument New { get; }

    /// <summary>Every change, in the order of the spec's sections.</summary>
    public IReadOnlyList<SpecChange> Changes { get; }

    /// <summary>The worst of all changes for old programs on a new kernel.</summary>
    public Verdict OldPrograms => Changes.Select(change => change.OldProgram.Verdict).DefaultIfEmpty().Max();

    /// <summary>The worst of all changes for new programs on an old kernel.</summary>
    public Verdict NewPrograms => Changes.Select(change => change.NewProgram.Verdict).DefaultIfEmpty().Max();

    /// <summary>Whether anything breaks in either direction.</summary>
    public bool IsBreaking => OldPrograms == Verdict.Breaking || NewPrograms == Verdict.Breaking;

    /// <summary>Compares two specs.</summary>
    public static SpecDiff Compare(SpecDocument old, SpecDocument @new)
    {
        var changes = new ChangeList();
        Header(old, @new, changes);
        ConstantDiff.Run(old, @new, changes);
        GroupDiff.Run(old, @new, changes);
        StructDiff.Run(old, @new, changes);
        OperationDiff.Run(old, @new, changes);
        AttributeDiff.Run(old, @new, changes);
        ErrnoDiff.Run(old, @new, changes);
        CallDiff.Run(old, @new, changes);
        TraceDiff.Run(old.Trace, @new.Trace, changes);
        RequirementDiff.Run(old, @new, changes);
        return new SpecDiff(old, @new, changes.All);
    }

    private static void Header(SpecDocument old, SpecDocument @new, ChangeList changes)
    {
        if (old.AbiVersion != @new.AbiVersion)
        {
            changes.Break("abi-version", "abi_version", (null, null), old.AbiVersion.ToString(), @new.AbiVersion.ToString(),
                "io_setup2 answers -EINVAL to a version that is not its own (SETUP-1)");
        }
        if (old.ErrnoClass != @new.ErrnoClass)
            Names.CSharp("errnos", (null, null), old.ErrnoClass, @new.ErrnoClass, changes);
    }
}
