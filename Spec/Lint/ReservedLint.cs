using AioV2.Spec.Model;

namespace AioV2.Spec.Lint;

/// <summary>Fields that are kept free for later, but not kept zero (ABI-2).</summary>
internal static class ReservedLint
{
    private static readonly string[] Names = ["reserved", "resv", "rsvd", "pad", "padding", "unused", "spare", "dummy", "filler"];

    public static void Run(SpecDocument spec, LintNotes notes)
    {
        foreach (var definition in spec.Structs)
        {
            foreach (var field in definition.Fields)
            {
                if (!field.Reserved && Names.Contains(field.Name.Trim('_').TrimEnd("0123456789".ToCharArray()).TrimEnd('_')))
                    notes.Add(LintRules.ReservedZero, field, field.At, $"'{field.Name}' of {definition.Name} is reserved by its name only: add 'reserved: true', so that it is zero in and out");
                else if (field is { Reserved: true, Doc.Length: > 0 } && !field.Doc.Contains("zero", StringComparison.OrdinalIgnoreCase))
                    notes.Add(LintRules.ReservedZero, field, field.AtKey("doc"), $"'{field.Name}' of {definition.Name} is reserved, but its text does not tell a program that it must be zero");
            }
        }
    }
}
