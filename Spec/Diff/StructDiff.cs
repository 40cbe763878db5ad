using AioV2.Spec.Layout;
using AioV2.Spec.Model;

namespace AioV2.Spec.Diff;

/// <summary>Structs as wholes: size, growth, framing. Their fields are <see cref="FieldDiff"/>'s.</summary>
internal static class StructDiff
{
    public static void Run(SpecDocument old, SpecDocument @new, ChangeList changes)
    {
        var (before, after) = (Names.Index(old.Structs, s => s.Name), Names.Index(@new.Structs, s => s.Name));
        foreach (var definition in before.Values.Where(s => !after.ContainsKey(s.Name)))
            changes.Removed("struct-removed", definition.Name, definition, $"{StructLayout.Of(definition).Size} bytes", "a source that names it does not compile, and no kernel reads it");
        foreach (var definition in after.Values)
        {
            if (before.TryGetValue(definition.Name, out var was))
                Compare(StructLayout.Of(was), StructLayout.Of(definition), changes);
            else
                changes.Added("struct-added", definition.Name, definition, $"{StructLayout.Of(definition).Size} bytes", "an old kernel does not know it");
        }
    }

    private static void Compare(StructLayout old, StructLayout @new, ChangeList changes)
    {
        var (was, now) = (old.Definition, @new.Definition);
        if (old.Size != @new.Size)
        {
            var (oldProgram, newProgram) = SizeEffects(old, @new);
            changes.Add("struct-size", was.Name, (was, now), $"{old.Size} bytes", $"{@new.Size} bytes", oldProgram, newProgram);
        }
        if (old.Alignment != @new.Alignment)
        {
            const string Why = "an array of it, or a struct that holds it, may lie elsewhere";
            changes.Add("alignment", was.Name, (was, now), $"{old.Alignment} bytes", $"{@new.Alignment} bytes", Effect.New(Why), Effect.New(Why));
        }
        FirstSize(was, now, changes);
        if (was.Grows != now.Grows)
        {
            const string Why = "nothing moves by this alone, but what a reader may rely on has changed: whether sizeof is the whole";
            changes.Add("growth", was.Name, (was, now), was.Grows ? "append" : "never", now.Grows ? "append" : "never", Effect.New(Why), Effect.New(Why));
        }
        Framing("record", was, now, was.Record?.Value, now.Record?.Value, changes);
        Framing("size_field", was, now, was.SizeField?.Value, now.SizeField?.Value, changes);
        Framing("magic", was, now, was.Magic ? "magic" : null, now.Magic ? "magic" : null, changes);
        FieldDiff.Run(old, @new, changes);
        changes.Words(was.Name, (was, now), was.Doc, now.Doc);
    }

    private static (Effect OldProgram, Effect NewProgram) SizeEffects(StructLayout old, StructLayout @new)
    {
        if (@new.Size > old.Size && old.Definition.Grows)
            return Growth(old.Definition);
        var why = old.Definition.Grows ? "it shrank: what one side counts on the other does not have" : "its size is fixed in programs: it stands in arrays, heads records, and says where the next begins";
        return (Effect.Breaking(why), Effect.Breaking(why));
    }

    /// <summary>What bytes behind the end of a struct that may grow mean (SETUP-3, ATTR-4).</summary>
    /// <remarks>What io_probe2 answers has to fit the caller's buffer as a whole (PROBE-1): programs make it as large as the struct that they know.</remarks>
    internal static (Effect OldProgram, Effect NewProgram) Growth(StructDef old) => old.Requirement == "PROBE-1"
        ? (Effect.Breaking("an old program's buffer has the size that it knows, and a longer answer is refused with -EMSGSIZE"), Effect.New("an old kernel answers less, as the size in front of it says"))
        : old.FirstSize is not null
        ? (Effect.Compatible("an old program passes less, and what it lacks counts as zero"), Effect.New("an old kernel takes more only if it is zero, else -E2BIG"))
        : (Effect.New("an old program is given more than it knows, and has to go by the length that comes with it"), Effect.New("an old kernel gives less, as the length that comes with it says"));

    private static void FirstSize(StructDef old, StructDef @new, ChangeList changes)
    {
        if (old.FirstSize == @new.FirstSize)
            return;
        var (oldProgram, newProgram) = (old.FirstSize, @new.FirstSize) switch
        {
            ({ } was, { } now) when now > was => (Effect.Breaking($"a program that passes {was} bytes, as it was first published, gets -EINVAL"), Effect.Compatible("an old kernel takes that much")),
            ({ }, { }) => (Effect.Compatible("a new kernel takes that much"), Effect.New("an old kernel answers -EINVAL to fewer bytes than it was first published with")),
            _ => (Effect.New("how much has to be passed is ruled otherwise"), Effect.New("how much has to be passed was ruled otherwise")),
        };
        changes.Add("first-size", old.Name, (old, @new), Bytes(old.FirstSize), Bytes(@new.FirstSize), oldProgram, newProgram);
    }

    private static string? Bytes(int? size) => size is { } bytes ? $"{bytes} bytes" : null;

    private static void Framing(string key, StructDef old, StructDef @new, string? was, string? now, ChangeList changes)
    {
        if (was != now)
            changes.Break(key.Replace('_', '-'), old.Name, (old, @new), was, now, "a reader finds the end of it, or knows it at all, by this field");
    }
}
