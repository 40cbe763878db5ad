using AioV2.Spec.Layout;
using AioV2.Spec.Model;

namespace AioV2.Spec.Diff;

/// <summary>The fields of one struct. Reserved fields count by their bytes, not by their names: that is what they are for.</summary>
internal static class FieldDiff
{
    public static void Run(StructLayout old, StructLayout @new, ChangeList changes)
    {
        var (before, after) = (Named(old), Named(@new));
        var gone = before.Values.Where(p => !after.ContainsKey(p.Field.Name)).ToList();
        var come = after.Values.Where(p => !before.ContainsKey(p.Field.Name)).ToList();
        foreach (var place in gone)
        {
            var at = come.FindIndex(other => other.Offset == place.Offset && other.Field.Type == place.Field.Type);
            if (at >= 0)
            {
                Succeeded(old, place, come[at], changes);
                come.RemoveAt(at);
            }
            else
            {
                Removed(old, @new, place, changes);
            }
        }
        foreach (var place in come)
            Added(old, place, changes);
        foreach (var place in after.Values.Where(p => before.ContainsKey(p.Field.Name)))
            Same(old.Definition.Name, before[place.Field.Name], place, changes);
        Reserved(old, @new, changes);
    }

    private static Dictionary<string, FieldPlace> Named(StructLayout layout) => Names.Index(layout.Fields.Where(p => !p.Field.Reserved), p => p.Field.Name);

    private static string Subject(StructLayout layout, FieldPlace place) => $"{layout.Definition.Name}.{place.Field.Name}";

    private static string Text(FieldPlace place) => $"{place.Field.Type} at {place.Offset}";

    /// <summary>Another name in the same place: with the same words it is renamed, with others the place is used again.</summary>
    private static void Succeeded(StructLayout layout, FieldPlace old, FieldPlace @new, ChangeList changes)
    {
        var (was, now) = ($"{old.Field.Name} {Text(old)}", $"{@new.Field.Name} {Text(@new)}");
        if (old.Field.Doc == @new.Field.Doc)
        {
            changes.Add("field-renamed", Subject(layout, old), (old.Field, @new.Field), was, now,
                Names.Renamed($"a source that names {old.Field.Name}"), Effect.Compatible("it lies where it lay"));
        }
        else
        {
            changes.Break("field-reused", Subject(layout, @new), (old.Field, @new.Field), was, now,
                $"the same bytes are {old.Field.Name} to one side and {@new.Field.Name} to the other, and neither is told");
        }
    }

    private static void Removed(StructLayout old, StructLayout @new, FieldPlace place, ChangeList changes)
    {
        var retired = place.End <= @new.Size && @new.Fields.Where(p => p.Field.Reserved).Sum(p => Overlap(p, place)) == place.Size;
        var last = place.Offset >= @new.Size;
        changes.Add(retired ? "field-retired" : "field-removed", Subject(old, place), (place.Field, null), Text(place), retired ? "reserved" : null,
            Effect.Breaking(retired ? "a source that names it does not compile, and a value other than zero is refused" : "a source that names it does not compile, and nobody reads or writes it"),
            retired ? Effect.Compatible("a new program passes zero there")
            : last ? Effect.New("a new program passes less than an old kernel gives or expects")
            : Effect.Breaking("an old kernel still has it, so that what follows lies elsewhere"));
    }

    private static void Added(StructLayout old, FieldPlace place, ChangeList changes)
    {
        var reserved = old.Fields.Where(p => p.Field.Reserved).Sum(p => Overlap(p, place));
        var holes = old.Holes.Sum(hole => Overlap(hole.Offset, hole.Offset + hole.Size, place));
        var (kind, effects) = place switch
        {
            _ when place.Offset >= old.Size && old.Definition.Grows => ("field-appended", StructDiff.Growth(old.Definition)),
            _ when place.Offset >= old.Size => ("field-appended", Both("the struct never grows: its size is fixed in programs")),
            _ when holes > 0 => ("field-in-hole", Both("nobody zeroed or checked the padding: one side reads what the other left there by chance")),
            _ when reserved == place.Size => ("field-from-reserved", (
                Effect.Compatible("an old program passes zero there, which has to mean what was before"),
                Effect.New("an old kernel refuses a value other than zero, and gives zero (ABI-2)"))),
            _ => ("field-inserted", Both("it lies where something else lay")),
        };
        changes.Add(kind, Subject(old, place), (null, place.Field), null, Text(place), effects.Item1, effects.Item2);
    }

    private static (Effect, Effect) Both(string why) => (Effect.Breaking(why), Effect.Breaking(why));

    private static void Same(string name, FieldPlace old, FieldPlace @new, ChangeList changes)
    {
        var (was, now) = (old.Field, @new.Field);
        var subject = $"{name}.{now.Name}";
        if (was.Type != now.Type)
            Type(subject, old, @new, changes);
        if (old.Offset != @new.Offset)
            changes.Break("field-moved", subject, (was, now), $"at {old.Offset}", $"at {@new.Offset}", "the other side reads and writes it at another offset");
        if (was.Line != now.Line)
            changes.Break("field-writer", subject, (was, now), was.Line ?? "nobody stated", now.Line ?? "nobody stated", "another side writes it now, or it lies in another group (RING-1)");
        if (was.Direction != now.Direction)
            Direction(subject, was, now, changes);
        changes.Words(subject, (was, now), was.Doc, now.Doc);
    }

    private static void Type(string subject, FieldPlace old, FieldPlace @new, ChangeList changes)
    {
        var (was, now) = (old.Field.Type, @new.Field.Type);
        var signed = was.Bytes == now.Bytes && was.Count == now.Count && was.IsArray == now.IsArray;
        changes.Break(signed ? "field-sign" : "field-type", subject, (old.Field, @new.Field), was.ToString(), now.ToString(),
            signed ? "what is negative to one side is huge to the other" : was.Bytes == now.Bytes ? "the same bytes make other numbers, and not the same on every byte order" : $"{was.Bytes} bytes to one side, {now.Bytes} to the other");
    }

    private static void Direction(string subject, FieldDef old, FieldDef @new, ChangeList changes)
    {
        if (old.Direction is null || @new.Direction is null)
        {
            const string Why = "which way it goes was not stated on one side";
            changes.Add("field-direction", subject, (old, @new), old.Direction, @new.Direction, Effect.New(Why), Effect.New(Why));
            return;
        }
        var reads = @new.Direction.StartsWith("in", StringComparison.Ordinal) && old.Direction == "out";
        var writes = @new.Direction.EndsWith("out", StringComparison.Ordinal) && old.Direction == "in";
        changes.Add("field-direction", subject, (old, @new), old.Direction, @new.Direction,
            Effect.Breaking(reads ? "an old program leaves anything there, and now it is read" : writes ? "an old program keeps what it passed, and now it is overwritten" : "an old program relies on what is no longer read or written"),
            reads || writes ? Effect.New("an old kernel does not read it, or does not answer there") : Effect.Compatible("a new program asks for less"));
    }

    /// <summary>Reserved bytes that are named or placed in another way, where nothing else tells of it.</summary>
    private static void Reserved(StructLayout old, StructLayout @new, ChangeList changes)
    {
        var (was, now) = (Spaces(old), Spaces(@new));
        if (was != now)
        {
            changes.Add("reserved", old.Definition.Name, (old.Definition, @new.Definition), was, now,
                Effect.Compatible("zero stays zero; what lies there now is told apart"), Effect.Compatible("zero stays zero; what lay there is told apart"));
        }
    }

    private static string? Spaces(StructLayout layout)
    {
        var text = string.Join(", ", layout.Fields.Where(p => p.Field.Reserved).Select(p => $"{p.Field.Name} {Text(p)}"));
        return text.Length > 0 ? text : null;
    }

    private static int Overlap(FieldPlace a, FieldPlace b) => Overlap(a.Offset, a.End, b);

    private static int Overlap(int from, int to, FieldPlace place) => Math.Max(0, Math.Min(to, place.End) - Math.Max(from, place.Offset));
}
