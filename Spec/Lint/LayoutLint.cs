using AioV2.Spec.Layout;
using AioV2.Spec.Model;

namespace AioV2.Spec.Lint;

/// <summary>What a compiler would insert into a struct: padding at its end, holes between fields, above all before 64-bit ones.</summary>
internal static class LayoutLint
{
    public static void Run(SpecDocument spec, LintNotes notes)
    {
        foreach (var definition in spec.Structs)
        {
            foreach (var hole in StructLayout.Of(definition).Holes)
                Hole(definition, hole, notes);
        }
    }

    private static void Hole(StructDef definition, Hole hole, LintNotes notes)
    {
        var bytes = hole.Size == 1 ? "1 byte" : $"{hole.Size} bytes";
        if (hole.Before is not { } field)
        {
            notes.Add(LintRules.Padding, definition, definition.At,
                $"{definition.Name} ends with {bytes} of implicit padding at offset {hole.Offset}: add a reserved field there");
        }
        else if (field.Type.Scalar.Bytes() == 8)
        {
            notes.Add(LintRules.Unaligned64, field, field.At,
                $"'{field.Name}' of {definition.Name} is 64 bits wide and would begin at offset {hole.Offset}: put {bytes} of reserved fields before it, or move it up");
        }
        else
        {
            notes.Add(LintRules.Hole, field, field.At,
                $"{bytes} of {definition.Name} at offset {hole.Offset}, before '{field.Name}', belong to no field: reserve them, or order the fields by size");
        }
    }
}
