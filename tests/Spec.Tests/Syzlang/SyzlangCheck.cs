using System.Globalization;

namespace AioV2.Spec.Tests.Syzlang;

/// <summary>
/// What syzkaller's compiler refuses, by its documentation: names declared twice, unknown or unused; wrong options; lengths without a
/// target; sizes that vary where they must not; resources that nothing makes; recursion. And what the ABI adds: no hole, no plain pointer in a struct.
/// </summary>
internal sealed class SyzlangCheck
{
    private static readonly Dictionary<string, int> Ints = new() { ["int8"] = 1, ["int16"] = 2, ["int32"] = 4, ["int64"] = 8, ["intptr"] = 8 };
    private static readonly HashSet<string> BuiltIn = [.. Ints.Keys, "const", "flags", "len", "bytesize", "ptr", "ptr64", "array", "vma", "vma64", "void", "filename", "fileoff", "string", "proc"];

    private readonly Dictionary<string, SyzDeclaration> declared = [];
    private readonly HashSet<string> used = [];
    private readonly HashSet<string> made = [];
    private readonly Stack<string> open = [];

    /// <summary>Checks a whole file.</summary>
    /// <param name="declarations">The file.</param>
    /// <param name="elsewhere">Resources that other files of syzkaller declare and make; 4 bytes each.</param>
    /// <exception cref="SyzlangException">The first thing that is wrong.</exception>
    public SyzlangCheck(IReadOnlyList<SyzDeclaration> declarations, params string[] elsewhere)
    {
        foreach (var name in elsewhere)
        {
            declared[name] = new("resource", name, 0) { Base = new("int32", [], 0) };
            _ = (used.Add(name), made.Add(name));
        }
        var calls = declarations.Where(d => d.Kind == "call").ToArray();
        foreach (var declaration in declarations.Where(d => d.Kind is not ("include" or "define" or "call")))
        {
            if (BuiltIn.Contains(declaration.Name) || !declared.TryAdd(declaration.Name, declaration))
                throw new SyzlangException(declaration.Line, $"'{declaration.Name}' is declared already");
        }
        if (calls.GroupBy(c => c.Name).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new SyzlangException(twice.Last().Line, $"the call {twice.Key} is declared already");
        foreach (var call in calls)
            Members(call, call.Fields, "in", inCall: true);
        if (declared.Values.FirstOrDefault(d => !used.Contains(d.Name)) is { } unused)
            throw new SyzlangException(unused.Line, $"unused {unused.Kind} '{unused.Name}'");
        if (declared.Values.FirstOrDefault(d => d.Kind == "resource" && !made.Contains(d.Name)) is { } orphan)
            throw new SyzlangException(orphan.Line, $"nothing makes the resource '{orphan.Name}'");
    }

    /// <summary>Offsets and sizes of a struct's fields, bytes; a size is null where it varies.</summary>
    public IReadOnlyList<(string Name, int Offset, int? Size)> Layout(string name) => Places(declared[name], new Dictionary<string, SyzType>()).Fields;

    private void Members(SyzDeclaration owner, IReadOnlyList<SyzField> fields, string direction, bool inCall)
    {
        if (fields.Count == 0 && !inCall)
            throw new SyzlangException(owner.Line, $"{owner.Kind} {owner.Name} has no fields");
        if (fields.GroupBy(f => f.Name).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new SyzlangException(twice.Last().Line, $"duplicate field {twice.Key} in {owner.Name}");
        foreach (var field in fields)
        {
            if (field.Name == "parent" || field.Direction is not (null or "in" or "out" or "inout"))
                throw new SyzlangException(field.Line, $"bad field {field.Name} ({field.Direction}) in {owner.Name}");
            Type(field.Type, field.Direction ?? direction, owner.Kind == "union" ? [] : fields, field, inCall);
        }
    }

    private void Type(SyzType type, string direction, IReadOnlyList<SyzField> siblings, SyzField self, bool inCall)
    {
        var options = type.Options;
        switch (type.Name)
        {
            case "int8" or "int16" or "int32" or "int64" or "intptr":
                Require(options.Count == 0 || (options[0].IsRange && options.Count <= 2 && options[0].Options.All(o => o.IsNumber) && Number(options[0].Options[0]) <= Number(options[0].Options[1])), type, "a range");
                return;
            case "const":
                Require(options.Count > 0 && options[0].Options.Count == 0 && !options[0].IsRange, type, "a value");
                BaseOf(type, inCall);
                return;
            case "flags":
                Require(options.Count > 0 && Use(options[0]).Kind == "flags", type, "a list of flags");
                BaseOf(type, inCall);
                return;
            case "len" or "bytesize":
                Require(options.Count > 0, type, "a target");
                Length(options[0], siblings, self, inCall);
                BaseOf(type, inCall);
                return;
            case "ptr" or "ptr64":
                Require(options.Count is 2 or 3 && options[0].Name is "in" or "out" or "inout" && (options.Count == 2 || options[2].Name == "opt"), type, "a direction and a type");
                Require(inCall || type.Name == "ptr64", type, "ptr64 in a struct, which is as wide for every program");
                Type(options[1], options[0].Name, [], self with { Name = "" }, inCall: false);
                return;
            case "array":
                Require(!inCall && options.Count is 1 or 2 && (options.Count == 1 || (options[1].IsNumber && Number(options[1]) > 0)), type, "an element and a number");
                Type(options[0], direction, [], self with { Name = "" }, inCall: false);
                return;
            case "vma" or "vma64":
                Require(options.Count == 0 || options is [{ Name: "opt" }], type, "nothing or opt");
                Require(inCall || type.Name == "vma64", type, "vma64 in a struct");
                return;
            case "filename" or "void":
                Require(!inCall && options.Count == 0, type, "no options, and not in a call");
                return;
            case "fileoff":
                Require(options.Count == (inCall ? 0 : 1), type, "a base type");
                return;
        }
        var declaration = Use(type);
        if (declaration.Kind == "resource")
        {
            Require(options.Count == 0 && Ints.ContainsKey(declaration.Base!.Name), type, "no options");
            if (direction != "in")
                made.Add(declaration.Name);
            return;
        }
        Require(declaration.Kind is "struct" or "union" or "type" && options.Count == declaration.Parameters.Count, type, $"{declaration.Parameters.Count} options of a type");
        Require(!inCall || declaration.Kind == "type", type, "a pointer to it in a call");
        if (open.Contains(type.ToString()))
            throw new SyzlangException(type.Line, $"recursive declaration {type}");
        open.Push(type.ToString());
        var arguments = declaration.Parameters.Zip(options).ToDictionary(p => p.First, p => p.Second);
        if (declaration.Kind == "type")
            Type(declaration.Base!.With(arguments), direction, siblings, self, inCall);
        else
            Members(declaration, [.. declaration.Fields.Select(f => f with { Type = f.Type.With(arguments) })], direction, inCall: false);
        _ = declaration.Kind == "type" ? 0 : Places(declaration, arguments).Alignment;
        open.Pop();
    }

    private static void Length(SyzType target, IReadOnlyList<SyzField> siblings, SyzField self, bool inCall)
    {
        if (target.Name == self.Name)
            throw new SyzlangException(target.Line, $"len target {target} refers to itself");
        if (siblings.All(f => f.Name != target.Name) && (target.Name != "parent" || inCall))
            throw new SyzlangException(target.Line, $"len target {target} does not exist");
    }

    private static void BaseOf(SyzType type, bool inCall) => Require(inCall ? type.Options.Count == 1 : type.Options.Count == 2 && Ints.ContainsKey(type.Options[1].Name), type, inCall ? "no base type in a call" : "a base type");

    private SyzDeclaration Use(SyzType name)
    {
        if (!declared.TryGetValue(name.Name, out var found))
            throw new SyzlangException(name.Line, $"unknown type '{name.Name}'");
        used.Add(name.Name);
        return found;
    }

    private (IReadOnlyList<(string Name, int Offset, int? Size)> Fields, int? Size, int Alignment) Places(SyzDeclaration declaration, IReadOnlyDictionary<string, SyzType> arguments)
    {
        var places = new List<(string, int, int?)>();
        int? at = 0, most = 0;
        var alignment = 1;
        foreach (var field in declaration.Fields)
        {
            var (size, natural) = Measure(field.Type.With(arguments));
            alignment = Math.Max(alignment, natural);
            if (declaration.Kind == "union")
            {
                if (size is null && !declaration.Has("varlen"))
                    throw new SyzlangException(field.Line, $"variable size field {field.Name} in non-varlen union {declaration.Name}");
                (places, most) = ([.. places, (field.Name, 0, size)], size is null || most is null ? null : Math.Max(most.Value, size.Value));
                continue;
            }
            if (at is null && !declaration.Has("packed"))
                throw new SyzlangException(field.Line, $"variable size field before {field.Name} in the middle of non-packed struct {declaration.Name}");
            if (at % natural != 0)
                throw new SyzlangException(field.Line, $"{field.Name} of {declaration.Name} would begin at offset {at}, a hole");
            places.Add((field.Name, at ?? -1, size));
            at += size;
        }
        alignment = declaration.Attributes.FirstOrDefault(a => a.Name == "align") is { } align ? (int)Number(align.Options[0]) : declaration.Has("packed") ? 1 : alignment;
        var whole = declaration.Kind == "union" ? (declaration.Has("varlen") ? null : most) : at;
        return (places, whole + ((alignment - (whole % alignment)) % alignment), alignment);
    }

    private (int? Size, int Alignment) Measure(SyzType type)
    {
        switch (type.Name)
        {
            case "const" or "flags" or "len" or "bytesize":
                return (Ints[type.Options[1].Name], Ints[type.Options[1].Name]);
            case "fileoff":
                return Measure(type.Options[0]);
            case "ptr64" or "vma64":
                return (8, 8);
            case "void":
                return (0, 1);
            case "filename":
                return (null, 1);
            case "array":
                var (size, natural) = Measure(type.Options[0]);
                return (type.Options.Count == 2 ? size * (int)Number(type.Options[1]) : null, natural);
        }
        if (Ints.TryGetValue(type.Name, out var bytes))
            return (bytes, bytes);
        var declaration = declared[type.Name];
        var arguments = declaration.Parameters.Zip(type.Options).ToDictionary(p => p.First, p => p.Second);
        if (declaration.Kind is "resource" or "type")
            return Measure(declaration.Base!.With(arguments));
        var (_, whole, alignment) = Places(declaration, arguments);
        return (whole, alignment);
    }

    private static void Require(bool holds, SyzType type, string wanted)
    {
        if (!holds)
            throw new SyzlangException(type.Line, $"{type}: expected {wanted}");
    }

    private static decimal Number(SyzType type) => type.Name.StartsWith("0x", StringComparison.Ordinal)
        ? ulong.Parse(type.Name.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)
        : decimal.Parse(type.Name, CultureInfo.InvariantCulture);
}
