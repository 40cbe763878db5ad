using AioV2.Spec.Model;

namespace AioV2.Spec.Lint;

/// <summary>Types that are not the same for every program: <c>long</c>, pointers, enums, bit-fields.</summary>
internal static class TypeLint
{
    private static readonly string[] OfTheWord = ["long", "size_t", "ssize_t", "off_t", "time_t", "ptrdiff_t", "uintptr_t", "intptr_t", "timespec", "timeval"];
    private static readonly string[] Plain = ["int", "unsigned", "signed", "short", "char", "bool", "_Bool"];

    public static void Run(SpecDocument spec, LintNotes notes)
    {
        foreach (var field in spec.Structs.SelectMany(s => s.Fields))
        {
            if (field.RefusedType is { } type)
                Field(field, type, notes);
        }
        foreach (var arg in spec.Calls.SelectMany(c => c.Args).Where(a => !a.Type.Contains('*')))
        {
            if (Words(arg.Type) is ["enum", ..])
                notes.Add(LintRules.Enum, arg, arg.AtKey("type"), $"the argument '{arg.Name}' is an enum: make it u32 with a group of values");
            else if (arg.Type != "size_t" && NotFixed(arg.Type) is { } what)
                notes.Add(LintRules.Long, arg, arg.AtKey("type"), $"the argument '{arg.Name}' is '{arg.Type}', {what}: make it u32 or u64");
        }
    }

    private static void Field(FieldDef field, string type, LintNotes notes)
    {
        var at = field.AtKey("type");
        if (type.Contains('*'))
            notes.Add(LintRules.Pointer, field, at, $"'{field.Name}' is '{type}', a pointer: make it u64, an address");
        else if (type.Contains(':'))
            notes.Add(LintRules.BitField, field, at, $"'{field.Name}' is '{type}', a bit-field: make it flags");
        else if (Words(type) is ["enum", ..])
            notes.Add(LintRules.Enum, field, at, $"'{field.Name}' is '{type}': make it u32 with a group of values");
        else if (NotFixed(type) is { } what)
            notes.Add(LintRules.Long, field, at, $"'{field.Name}' is '{type}', {what}: make it {field.Type.Scalar.Spelled()}, or wider");
    }

    private static string? NotFixed(string type)
    {
        var words = Words(type);
        if (words.Any(OfTheWord.Contains))
            return "whose width is that of the machine's word";
        return words.Any(Plain.Contains) ? "whose width C leaves open" : null;
    }

    private static string[] Words(string type) => type.Split([' ', '[', ']', ':'], StringSplitOptions.RemoveEmptyEntries);
}
