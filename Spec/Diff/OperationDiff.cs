using AioV2.Spec.Model;

namespace AioV2.Spec.Diff;

/// <summary>What operations read of an iocb and which flags they take; their numbers are <see cref="GroupDiff"/>'s (SUBMIT-7).</summary>
internal static class OperationDiff
{
    public static void Run(SpecDocument old, SpecDocument @new, ChangeList changes)
    {
        var before = Names.Index(old.Ops, op => op.Name);
        foreach (var op in @new.Ops)
        {
            if (before.TryGetValue(op.Name, out var was))
                Compare(@new.Opcodes.Prefix + op.Name, was, op, changes);
        }
    }

    private static void Compare(string name, OpDef old, OpDef @new, ChangeList changes)
    {
        if (old.Direction != @new.Direction)
            changes.Break("op-direction", name, (old, @new), old.Direction, @new.Direction, "the other side reads the buffer that this one writes, or leaves it alone");
        if (old.Vectored != @new.Vectored)
            changes.Break("op-vectored", name, (old, @new), old.Vectored ? "segments" : "one buffer", @new.Vectored ? "segments" : "one buffer", "addr and len mean other things");
        Names(old.Uses, @new.Uses, "op-field", "a value other than zero there is refused (SUBMIT-3)");
        Names(old.IocbFlags, @new.IocbFlags, "op-flag", "the flag is refused with this operation (SUBMIT-3)");
        Names(old.RwFlags, @new.RwFlags, "op-rw-flag", "the flag is refused with this operation (SUBMIT-7)");

        void Names(IReadOnlyList<SpecName> was, IReadOnlyList<SpecName> now, string kind, string refusal)
        {
            foreach (var lost in was.Where(n => now.All(m => m.Value != n.Value)))
                changes.Removed($"{kind}-removed", $"{name}, {lost}", old, lost.Value, refusal);
            foreach (var won in now.Where(n => was.All(m => m.Value != n.Value)))
                changes.Added($"{kind}-added", $"{name}, {won}", @new, won.Value, $"on an old kernel {refusal}");
        }
    }
}
