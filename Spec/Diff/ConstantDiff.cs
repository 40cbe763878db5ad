using AioV2.Spec.Model;

namespace AioV2.Spec.Diff;

/// <summary>Limits and magic numbers: their values are compiled into programs, and into the sizes of their buffers.</summary>
internal static class ConstantDiff
{
    public static void Run(SpecDocument old, SpecDocument @new, ChangeList changes)
    {
        var (before, after) = (Names.Index(old.Constants, c => c.Name), Names.Index(@new.Constants, c => c.Name));
        foreach (var constant in old.Constants.Where(c => !after.ContainsKey(c.Name)))
            changes.Removed("constant-removed", constant.Name, constant, Text(constant), "a source that names it does not compile, and nobody knows what holds in its place");
        foreach (var constant in @new.Constants)
        {
            if (before.TryGetValue(constant.Name, out var was))
                Compare(was, constant, changes);
            else
                changes.Added("constant-added", constant.Name, constant, Text(constant), "an old kernel may have another limit there, or none");
        }
    }

    private static void Compare(ConstantDef old, ConstantDef @new, ChangeList changes)
    {
        if (old.Value != @new.Value && old.Name.EndsWith("_DEFAULT", StringComparison.Ordinal))
        {
            const string Why = "who asks for the default gets another one, and is told which";
            changes.Add("default-changed", old.Name, (old, @new), Text(old), Text(@new), Effect.New(Why), Effect.New(Why));
        }
        else if (old.Value != @new.Value)
        {
            changes.Break("constant-value", old.Name, (old, @new), Text(old), Text(@new), "the number is compiled into programs, their checks and the sizes of their buffers");
        }
        if (old.Type != @new.Type)
        {
            const string Why = "the macro's type goes into promotions and formats of sources that use it";
            changes.Add("constant-type", old.Name, (old, @new), old.Type.Spelled(), @new.Type.Spelled(), Effect.New(Why), Effect.New(Why));
        }
        changes.Words(old.Name, (old, @new), old.Doc, @new.Doc);
    }

    private static string Text(ConstantDef constant) => $"{constant.Value} (0x{constant.Value:x})";
}
