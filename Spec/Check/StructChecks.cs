using AioV2.Spec.Generate;
using AioV2.Spec.Layout;
using AioV2.Spec.Model;
using AioV2.Spec.Parse;

namespace AioV2.Spec.Check;

/// <summary>Layouts are explicit, their stated sizes true, and what they say of themselves holds (ABI-1, ABI-2, ABI-4).</summary>
internal static class StructChecks
{
    public static void Run(SpecDocument spec, ErrorList errors)
    {
        foreach (var definition in spec.Structs)
        {
            Fields(definition, errors);
            Layout(definition, errors);
            Roles(definition, errors);
        }
    }

    private static void Fields(StructDef definition, ErrorList errors)
    {
        if (definition.Fields.Count == 0)
            errors.Add(definition.At, $"expected at least one field in {definition.Name}");
        NameChecks.Unique($"field of {definition.Name}", definition.Fields.Select(f => new Declaration(CSharpText.Pascal(f.Name), f)), errors);
        foreach (var field in definition.Fields)
        {
            var pascal = CSharpText.Pascal(field.Name);
            if (pascal is "At" or "SizeOf" or "FirstSizeOf" || pascal == CSharpText.Pascal(definition.Name))
                errors.Add(field.AtKey("name"), $"expected another name: '{pascal}' is taken in the C# struct");
            var named = field.Name.StartsWith("reserved", StringComparison.Ordinal);
            if (named && !field.Reserved)
                errors.Add(field.At, $"expected 'reserved: true' for the field '{field.Name}': it is zero in and out (ABI-2)");
            if (!named && field.Reserved)
                errors.Add(field.AtKey("name"), $"expected a name that starts with 'reserved' for a reserved field, found '{field.Name}'");
        }
    }

    private static void Layout(StructDef definition, ErrorList errors)
    {
        var layout = StructLayout.Of(definition);
        foreach (var hole in layout.Holes)
        {
            errors.Add(hole.Before?.At ?? definition.At, hole.Before is { } field
                ? $"expected '{field.Name}' on a multiple of {field.Type.Scalar.Bytes()}: {hole.Size} bytes of implicit padding at offset {hole.Offset} need a reserved field (ABI-1)"
                : $"expected {definition.Name} to end on a multiple of {layout.Alignment}: {hole.Size} bytes of implicit padding at offset {hole.Offset} need a reserved field (ABI-1)");
        }
        if (layout.Holes.Count == 0 && definition.Size != layout.Size)
            errors.Add(definition.AtKey("size"), $"expected size {layout.Size}, the sum of the fields of {definition.Name}, found {definition.Size}");
        if (layout.Size % 8 != 0)
            errors.Add(definition.AtKey("size"), $"expected a multiple of 8 for the size of {definition.Name}, found {layout.Size}");
        if (definition.FirstSize is not { } first)
            return;
        if (!definition.Grows)
            errors.Add(definition.AtKey("first_size"), $"expected no first_size: {definition.Name} never grows");
        if (first % 8 != 0 || layout.Fields.All(place => place.End != first))
            errors.Add(definition.AtKey("first_size"), $"expected a first_size that is a multiple of 8 and the end of a field of {definition.Name}, found {first}");
    }

    private static void Roles(StructDef definition, ErrorList errors)
    {
        First(definition, definition.Record, "record", errors);
        First(definition, definition.SizeField, "size_field", errors);
        if (definition.Magic && definition.Fields is not [{ Name: "magic", Type: { Scalar: ScalarType.U32, IsArray: false } }, ..])
            errors.Add(definition.AtKey("magic"), $"expected the first field of {definition.Name} to be 'magic' of type u32");
        if (definition.SizeField is not null && definition.FirstSize is null)
            errors.Add(definition.AtKey("size_field"), $"expected a first_size beside size_field in {definition.Name} (SETUP-3)");
        if (definition.Record is not null && definition.Grows)
            errors.Add(definition.AtKey("grows"), $"expected 'grows: never': {definition.Name} heads a record, and fixed parts never grow (ABI-4)");
        if (definition.Fields.Any(f => f.Line is not null))
        {
            foreach (var field in definition.Fields.Where(f => f.Line is null))
                errors.Add(field.At, $"expected the key 'line' for '{field.Name}' too: the other fields of {definition.Name} say who writes them (RING-1)");
        }
    }

    /// <summary>A field that a reader needs before it knows the rest stands first and is a <c>u32</c>.</summary>
    private static void First(StructDef definition, SpecName? role, string key, ErrorList errors)
    {
        if (role is { } name && (definition.Fields is not [{ Type: { Scalar: ScalarType.U32, IsArray: false } } first, ..] || first.Name != name.Value))
            errors.Add(name.At, $"expected '{key}' to name the first field of {definition.Name}, a u32, found '{name}'");
    }
}
