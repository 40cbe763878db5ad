using AioV2.Spec.Model;

namespace AioV2.Spec.Parse;

/// <summary>Turns the mappings of a spec into its document.</summary>
internal sealed class SpecReader(MapReader root, string file, string hash, ErrorList errors)
{
    public SpecDocument Read()
    {
        var header = root.Map("spec");
        var errnos = root.Map("errnos");
        var attributes = root.Map("attributes");
        return new SpecDocument
        {
            File = file,
            Hash = hash,
            Name = header?.Text("name") ?? "",
            Title = header?.Text("title") ?? "",
            AbiVersion = header?.Int("abi_version") ?? 0,
            License = header?.Text("license") ?? "",
            Constants = [.. root.Maps("constants").Select(Constant)],
            Groups = [.. root.Maps("groups").Select(map => Group(map, Plain))],
            Syscalls = Group(root.Map("syscalls"), "syscalls", ScalarType.U32, GroupKind.Enum, Plain),
            RwFlags = Group(root.Map("rw_flags"), "rw_flags", ScalarType.U32, GroupKind.Flags, Plain),
            Structs = [.. root.Maps("structs").Select(Struct)],
            Opcodes = Group(root.Map("opcodes"), "opcodes", ScalarType.U16, GroupKind.Enum, (map, _) => Op(map)),
            Attributes = Group(attributes, "attributes", ScalarType.U16, GroupKind.Enum, (map, _) => Attr(map)),
            DriverBase = attributes?.Number("driver_base") ?? 0,
            Reasons = Group(root.Map("reasons"), "reasons", ScalarType.U32, GroupKind.Enum, (map, _) => Reason(map)),
            ErrnoClass = errnos?.Text("csharp") ?? "",
            Errnos = [.. errnos?.Maps("values").Select(Errno) ?? []],
            Calls = [.. root.Maps("calls").Select(Call)],
            Trace = root.Map("trace") is { } trace ? Trace(trace) : null,
            Requirements = [.. root.Maps("requirements").Select(Requirement)],
        };
    }

    private static ConstantDef Constant(MapReader map) => new()
    {
        At = map.At, Keys = map.Keys, Name = map.Text("name"), Type = Scalar(map.Text("type")), Value = map.Number("value"),
        Doc = map.Text("doc"), Requirement = map.OptionalText("requirement"),
    };

    private static GroupDef Group(MapReader map, Func<MapReader, GroupKind, ValueDef> value) =>
        Group(map, map.Text("name"), Scalar(map.Text("type")), map.Text("kind") == "flags" ? GroupKind.Flags : GroupKind.Enum, value);

    private static GroupDef Group(MapReader? map, string name, ScalarType type, GroupKind kind, Func<MapReader, GroupKind, ValueDef> value) => new()
    {
        At = map?.At ?? SpecPosition.Start, Keys = map?.Keys ?? new Dictionary<string, SpecPosition>(), Name = name,
        Prefix = map?.Text("prefix") ?? "", CSharp = map?.Text("csharp") ?? "", Type = type, Kind = kind,
        Doc = map?.Text("doc") ?? "", Unknown = map?.Has("unknown") == true ? map.Text("unknown") : null, Allows = map?.Has("lint") == true ? map.Allows : [],
        Requirement = map?.Has("requirement") == true ? map.Text("requirement") : null,
        Values = [.. map?.Maps("values").Select(item => value(item, kind)) ?? []],
    };

    /// <summary>A value of a plain group: flags have <c>bit</c>, numbers have <c>value</c>, never both.</summary>
    private ValueDef Plain(MapReader map, GroupKind kind)
    {
        var (wanted, other) = kind == GroupKind.Flags ? ("bit", "value") : ("value", "bit");
        if (map.Has(other))
            errors.Add(map.Keys[other], $"expected '{wanted}' and not '{other}' here: the group holds {(kind == GroupKind.Flags ? "flags" : "numbers")}");
        else if (!map.Has(wanted))
            errors.Add(map.At, $"expected the key '{wanted}' in this value: {KeyForm.Number.Expected}");
        var number = map.OptionalNumber(wanted) ?? 0;
        if (kind == GroupKind.Flags && number > 63)
        {
            errors.Add(map.Keys[wanted], $"expected a bit number from 0 to 63, found {number}");
            number = 0;
        }
        return new ValueDef
        {
            At = map.At, Keys = map.Keys, Name = map.Text("name"), Value = kind == GroupKind.Flags ? 1ul << (int)number : number,
            Doc = map.Text("doc"), Requirement = map.OptionalText("requirement"),
        };
    }

    private static OpDef Op(MapReader map) => new()
    {
        At = map.At, Keys = map.Keys, Name = map.Text("name"), Value = map.Number("value"), Doc = map.Text("doc"),
        Requirement = map.OptionalText("requirement"), Direction = map.Text("direction"), Vectored = map.Bool("vectored"),
        Uses = map.Names("uses") ?? [], IocbFlags = map.Names("iocb_flags") ?? [], RwFlags = map.Names("rw_flags") ?? [],
    };

    private static AttrDef Attr(MapReader map) => new()
    {
        At = map.At, Keys = map.Keys, Name = map.Text("name"), Value = map.Number("value"), Doc = map.Text("doc"),
        Requirement = map.OptionalText("requirement"), In = map.Name("in"), Out = map.Name("out"),
        Opcodes = map.Names("opcodes"), Feature = map.Name("feature"),
    };

    private static ReasonDef Reason(MapReader map) => new()
    {
        At = map.At, Keys = map.Keys, Name = map.Text("name"), Value = map.Number("value"), Doc = map.Text("text"),
        Errno = map.NameOrZero("errno"),
    };

    private static StructDef Struct(MapReader map) => new()
    {
        At = map.At, Keys = map.Keys, Name = map.Text("name"), Size = map.Int("size"), FirstSize = map.OptionalInt("first_size"),
        Grows = map.Text("grows") == "append", Record = map.Name("record"), SizeField = map.Name("size_field"),
        Allows = map.Allows, Magic = map.Bool("magic"), Doc = map.Text("doc"), Requirement = map.OptionalText("requirement"),
        Fields = [.. map.Maps("fields").Select(Field)],
    };

    private static FieldDef Field(MapReader map)
    {
        var text = map.Text("type");
        var known = FieldType.TryParse(text, out var type);
        return Field(map, known ? type : FieldType.Nearest(text), known ? null : text);
    }

    private static FieldDef Field(MapReader map, FieldType type, string? refused) => new()
    {
        At = map.At, Keys = map.Keys, Allows = map.Allows, Name = map.Text("name"), Type = type, RefusedType = refused, Doc = map.Text("doc"),
        Requirement = map.OptionalText("requirement"), Reserved = map.Bool("reserved"),
        Direction = map.OptionalText("dir"), Line = map.OptionalText("line"),
    };

    private static ErrnoDef Errno(MapReader map) => new()
    {
        At = map.At, Keys = map.Keys, Name = map.Text("name"), Value = map.Int("value"), Text = map.Text("text"),
    };

    private static CallDef Call(MapReader map) => new()
    {
        At = map.At, Keys = map.Keys, Allows = map.Allows, Name = map.Text("name"), CSharp = map.Text("csharp"), Doc = map.Text("doc"), Returns = map.Text("returns"),
        Args = [.. map.Maps("args").Select(arg => new ArgDef
        {
            At = arg.At, Keys = arg.Keys, Allows = arg.Allows, Name = arg.Text("name"), Type = arg.Text("type"), Doc = arg.Text("doc"),
        })],
        Errors = [.. map.Maps("errors").Select(error => new CallErrorDef
        {
            At = error.At, Keys = error.Keys, Errno = error.Name("errno") ?? default, When = error.Text("when"), Requirement = error.Text("requirement"),
        })],
    };

    private static TraceDef Trace(MapReader map) => new()
    {
        At = map.At, Keys = map.Keys, Format = map.Text("format"), Version = map.Int("version"), CSharp = map.Text("csharp"), Doc = map.Text("doc"),
        Records = [.. map.Maps("records").Select(record => new TraceRecordDef
        {
            At = record.At, Keys = record.Keys, Name = record.Text("name"), Value = record.Int("value"), Doc = record.Text("doc"),
            Fields = [.. record.Maps("fields").Select(field => new TraceFieldDef
            {
                At = field.At, Keys = field.Keys, Name = field.Text("name"), Type = field.Text("type"), Doc = field.Text("doc"),
            })],
        })],
    };

    private static RequirementDef Requirement(MapReader map) => new()
    {
        At = map.At, Keys = map.Keys, Id = map.Text("id"), Title = map.Text("title"),
    };

    private static ScalarType Scalar(string text) => ScalarTypes.TryParse(text, out var type) ? type : ScalarType.U64;
}
