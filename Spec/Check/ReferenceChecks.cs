using AioV2.Spec.Model;
using AioV2.Spec.Parse;

namespace AioV2.Spec.Check;

/// <summary>Whatever is named exists: requirements, structs, errnos, flags, operations, fields.</summary>
internal static class ReferenceChecks
{
    public static void Run(SpecDocument spec, ErrorList errors)
    {
        Requirements(spec, errors);
        Groups(spec, errors);
        Operations(spec, errors);
        Attributes(spec, errors);
        var errnos = spec.Errnos.Select(e => e.Name).ToHashSet();
        foreach (var reason in spec.ReasonCodes)
            Known("an errno of this spec", reason.Errno, errnos, errors);
        foreach (var call in spec.Calls)
        {
            foreach (var error in call.Errors)
                Known("an errno of this spec", error.Errno, errnos, errors);
            foreach (var arg in call.Args.Where(a => a.Type.Contains("struct ", StringComparison.Ordinal)))
            {
                var name = arg.Type.Split(' ').SkipWhile(word => word != "struct").ElementAt(1);
                Known("a struct of this spec", new SpecName(name, arg.AtKey("type")), Structs(spec), errors);
            }
        }
    }

    private static void Requirements(SpecDocument spec, ErrorList errors)
    {
        var ids = spec.Requirements.Select(r => r.Id).ToHashSet();
        foreach (var constant in spec.Constants)
            Cited(constant, constant.Requirement);
        foreach (var group in spec.AllGroups)
        {
            Cited(group, group.Requirement);
            foreach (var value in group.Values)
                Cited(value, value.Requirement);
        }
        foreach (var definition in spec.Structs)
        {
            Cited(definition, definition.Requirement);
            foreach (var field in definition.Fields)
                Cited(field, field.Requirement);
        }
        foreach (var error in spec.Calls.SelectMany(c => c.Errors))
            Cited(error, error.Requirement);

        void Cited(SpecNode node, string? id)
        {
            if (id is not null)
                Known("a requirement id of this spec", new SpecName(id, node.AtKey("requirement")), ids, errors);
        }
    }

    /// <summary>The groups that the generated tables are made with.</summary>
    private static void Groups(SpecDocument spec, ErrorList errors)
    {
        foreach (var name in new[] { "iocb_flags", "features" })
        {
            if (spec.Group(name)?.Kind != GroupKind.Flags)
                errors.Add(SpecPosition.Start, $"expected a group of flags with the name '{name}'");
        }
    }

    private static void Operations(SpecDocument spec, ErrorList errors)
    {
        var fields = IocbFields.All.Select(f => f.Field).ToHashSet();
        foreach (var op in spec.Ops)
        {
            foreach (var use in op.Uses)
                Known("a field of an iocb", use, fields, errors);
            foreach (var flag in op.IocbFlags)
                Known("a flag of iocb_flags", flag, Values(spec.Group("iocb_flags")), errors);
            foreach (var flag in op.RwFlags)
                Known("a flag of rw_flags", flag, Values(spec.RwFlags), errors);
            if (op.RwFlags.Count > 0 && op.Uses.All(u => u.Value != "rw_flags"))
                errors.Add(op.AtKey("rw_flags"), $"expected 'rw_flags' among the fields that {op.Name} uses, since it takes some");
        }
    }

    private static void Attributes(SpecDocument spec, ErrorList errors)
    {
        foreach (var attribute in spec.Attrs)
        {
            Known("a struct of this spec", attribute.In, Structs(spec), errors);
            Known("a struct of this spec", attribute.Out, Structs(spec), errors);
            Known("a flag of features", attribute.Feature, Values(spec.Group("features")), errors);
            foreach (var op in attribute.Opcodes ?? [])
                Known("an operation of this spec", op, Values(spec.Opcodes), errors);
            if (attribute.In is { } name && spec.Struct(name.Value) is { FirstSize: null })
                errors.Add(name.At, $"expected a struct with a first_size: the payload of {attribute.Name} is an extensible struct (ATTR-4)");
        }
    }

    private static HashSet<string> Structs(SpecDocument spec) => [.. spec.Structs.Select(s => s.Name)];

    private static HashSet<string> Values(GroupDef? group) => [.. group?.Values.Select(v => v.Name) ?? []];

    private static void Known(string what, SpecName? name, HashSet<string> known, ErrorList errors)
    {
        if (name is { Value: { } value } used && !known.Contains(value))
            errors.Add(used.At, $"expected {what}, found '{value}'");
    }
}
