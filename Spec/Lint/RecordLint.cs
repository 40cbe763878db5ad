using AioV2.Spec.Layout;
using AioV2.Spec.Model;

namespace AioV2.Spec.Lint;

/// <summary>Records and structs behind which something else would be misaligned (RING-3).</summary>
internal static class RecordLint
{
    private const int Align = 8;

    public static void Run(SpecDocument spec, LintNotes notes)
    {
        foreach (var definition in spec.Structs)
        {
            var size = StructLayout.Of(definition).Size;
            if (size % Align != 0)
                notes.Add(LintRules.RecordAlign, definition, definition.AtKey("size"), $"{definition.Name} has {size} bytes: what follows it in a buffer is misaligned; reserve up to {(size + Align - 1) / Align * Align}");
            if (definition.FirstSize is { } first && first % Align != 0)
                notes.Add(LintRules.RecordAlign, definition, definition.AtKey("first_size"), $"{definition.Name} was first published with {first} bytes, which is no multiple of {Align}");
            if (definition.Record is { } record && definition.Fields.FirstOrDefault(f => f.Name == record.Value) is { Doc.Length: > 0 } count
                && !count.Doc.Contains("multiple of", StringComparison.Ordinal))
                notes.Add(LintRules.RecordAlign, count, count.AtKey("doc"), $"'{count.Name}' counts a record of {definition.Name} and does not say what it is a multiple of, so the next record may begin anywhere");
        }
        foreach (var constant in spec.Constants.Where(c => c.Name.EndsWith("_ALIGN", StringComparison.Ordinal) && c.Value % Align != 0))
            notes.Add(LintRules.RecordAlign, constant, constant.AtKey("value"), $"{constant.Name} is {constant.Value}: records hold 64-bit fields, so it must be a multiple of {Align}");
    }
}
