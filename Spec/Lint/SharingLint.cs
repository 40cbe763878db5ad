using AioV2.Spec.Layout;
using AioV2.Spec.Model;

namespace AioV2.Spec.Lint;

/// <summary>Fields that different parties write, in one pair of cache lines (RING-1).</summary>
internal static class SharingLint
{
    /// <summary>Two lines of 64 bytes, which processors fetch together; one line of some.</summary>
    private const int PairBytes = 128;

    public static void Run(SpecDocument spec, LintNotes notes)
    {
        foreach (var definition in spec.Structs.Where(s => s.Fields.Any(f => f.Line is not null)))
            Struct(StructLayout.Of(definition), notes);
    }

    private static void Struct(StructLayout layout, LintNotes notes)
    {
        var definition = layout.Definition;
        FieldPlace? before = null;
        foreach (var place in layout.Fields.Where(p => p.Field is { Reserved: false, Line: not null }))
        {
            if (before is { } other && other.Field.Line != place.Field.Line && (other.End - 1) / PairBytes == place.Offset / PairBytes)
            {
                var start = place.Offset / PairBytes * PairBytes;
                notes.Add(LintRules.FalseSharing, place.Field, place.Field.AtKey("line"),
                    $"'{place.Field.Name}' ({place.Field.Line}) and '{other.Field.Name}' ({other.Field.Line}) lie both in bytes {start} to {start + PairBytes - 1} of {definition.Name}: reserve what is between");
            }
            before = place;
        }
        if (layout.Size % PairBytes != 0)
        {
            notes.Add(LintRules.FalseSharing, definition, definition.AtKey("size"),
                $"{definition.Name} has {layout.Size} bytes, so what follows it shares its last pair of lines: reserve up to {(layout.Size + PairBytes - 1) / PairBytes * PairBytes}");
        }
    }
}
