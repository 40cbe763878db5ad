using AioV2.Spec.Model;
using MessagePack;

namespace AioV2.Spec.Snapshot;

/// <summary>Reads what <see cref="SnapshotWriter"/> wrote: every map has all its keys, in one order. What is not so is refused with its offset.</summary>
internal ref struct SnapshotReader(ReadOnlyMemory<byte> bytes)
{
    private MessagePackReader from = new(bytes);

    private delegate T Item<T>(ref SnapshotReader reader);

    public SpecDocument Read()
    {
        Count(from.ReadArrayHeader(), 3);
        Word(SnapshotFile.Magic);
        if (from.ReadInt32() is var version && version != SnapshotFile.Version)
            throw Bad($"version {SnapshotFile.Version}", $"version {version}");
        var spec = Document();
        return from.End ? spec : throw Bad("the end", "more");
    }

    private SpecDocument Document()
    {
        Count(from.ReadMapHeader(), 19);
        return new SpecDocument
        {
            File = Text("file"), Hash = Text("hash"), Name = Text("name"), Title = Text("title"), AbiVersion = Number("abi_version"), License = Text("license"),
            Constants = List("constants", static (ref r) => r.Constant()),
            Groups = List("groups", static (ref r) => r.Group("value")),
            Syscalls = KeyedGroup("syscalls", "value"), RwFlags = KeyedGroup("rw_flags", "value"),
            Structs = List("structs", static (ref r) => r.Struct()),
            Opcodes = KeyedGroup("opcodes", "op"), Attributes = KeyedGroup("attributes", "attribute"), DriverBase = Wide("driver_base"),
            Reasons = KeyedGroup("reasons", "reason"),
            ErrnoClass = ErrnoClass(), Errnos = List("values", static (ref r) => r.Errno()),
            Calls = List("calls", static (ref r) => r.Call()),
            Trace = Trace(),
            Requirements = List("requirements", static (ref r) => r.Requirement()),
        };
    }

    private TraceDef? Trace()
    {
        Word("trace");
        if (from.TryReadNil())
            return null;
        var (at, keys, allows) = Node(5);
        return new TraceDef
        {
            At = at, Keys = keys, Allows = allows, Format = Text("format"), Version = Number("version"), CSharp = Text("csharp"), Doc = Text("doc"),
            Records = List("records", static (ref r) => r.TraceRecord()),
        };
    }

    private TraceRecordDef TraceRecord()
    {
        var (at, keys, allows) = Node(4);
        return new TraceRecordDef
        {
            At = at, Keys = keys, Allows = allows, Name = Text("name"), Value = Number("value"), Doc = Text("doc"),
            Fields = List("fields", static (ref r) => r.TraceField()),
        };
    }

    private TraceFieldDef TraceField()
    {
        var (at, keys, allows) = Node(3);
        return new TraceFieldDef { At = at, Keys = keys, Allows = allows, Name = Text("name"), Type = Text("type"), Doc = Text("doc") };
    }

    private GroupDef KeyedGroup(string key, string kind)
    {
        Word(key);
        return Group(kind);
    }

    private string ErrnoClass()
    {
        Word("errnos");
        Count(from.ReadMapHeader(), 2);
        return Text("csharp");
    }

    private ErrnoDef Errno()
    {
        var (at, keys, allows) = Node(3);
        return new ErrnoDef { At = at, Keys = keys, Allows = allows, Name = Text("name"), Value = Number("value"), Text = Text("text") };
    }

    private ConstantDef Constant()
    {
        var (at, keys, allows) = Node(5);
        return new ConstantDef { At = at, Keys = keys, Allows = allows, Name = Text("name"), Type = Scalar(), Value = Wide("value"), Doc = Text("doc"), Requirement = OptionalText("requirement") };
    }

    private GroupDef Group(string kind)
    {
        var (at, keys, allows) = Node(9);
        return new GroupDef
        {
            At = at, Keys = keys, Allows = allows, Name = Text("name"), Prefix = Text("prefix"), CSharp = Text("csharp"), Type = Scalar(),
            Kind = Text("kind") is var text && text == "flags" ? GroupKind.Flags : text == "enum" ? GroupKind.Enum : throw Bad("flags or enum before", $"'{text}'"),
            Doc = Text("doc"), Unknown = OptionalText("unknown"), Requirement = OptionalText("requirement"),
            Values = kind switch
            {
                "op" => List<ValueDef>("values", static (ref r) => r.Op()),
                "attribute" => List<ValueDef>("values", static (ref r) => r.Attribute()),
                "reason" => List<ValueDef>("values", static (ref r) => r.Reason()),
                _ => List("values", static (ref r) => r.Value()),
            },
        };
    }

    private (SpecPosition At, Dictionary<string, SpecPosition> Keys, List<AllowDef> Allows, string Name, ulong Value, string Doc, string? Requirement) Head(string kind, int more)
    {
        var (at, keys, allows) = Node(5 + more);
        Word("kind");
        Word(kind);
        return (at, keys, allows, Text("name"), Wide("value"), Text("doc"), OptionalText("requirement"));
    }

    private ValueDef Value()
    {
        var (at, keys, allows, name, value, doc, requirement) = Head("value", 0);
        return new ValueDef { At = at, Keys = keys, Allows = allows, Name = name, Value = value, Doc = doc, Requirement = requirement };
    }

    private OpDef Op()
    {
        var (at, keys, allows, name, value, doc, requirement) = Head("op", 5);
        return new OpDef
        {
            At = at, Keys = keys, Allows = allows, Name = name, Value = value, Doc = doc, Requirement = requirement, Direction = Text("direction"), Vectored = Bool("vectored"),
            Uses = Refs("uses") ?? [], IocbFlags = Refs("iocb_flags") ?? [], RwFlags = Refs("rw_flags") ?? [],
        };
    }

    private AttrDef Attribute()
    {
        var (at, keys, allows, name, value, doc, requirement) = Head("attribute", 4);
        return new AttrDef
        {
            At = at, Keys = keys, Allows = allows, Name = name, Value = value, Doc = doc, Requirement = requirement,
            In = Ref("in"), Out = Ref("out"), Opcodes = Refs("opcodes"), Feature = Ref("feature"),
        };
    }

    private ReasonDef Reason()
    {
        var (at, keys, allows, name, value, doc, requirement) = Head("reason", 1);
        return new ReasonDef { At = at, Keys = keys, Allows = allows, Name = name, Value = value, Doc = doc, Requirement = requirement, Errno = Ref("errno") };
    }

    private StructDef Struct()
    {
        var (at, keys, allows) = Node(10);
        return new StructDef
        {
            At = at, Keys = keys, Allows = allows, Name = Text("name"), Size = Number("size"), FirstSize = OptionalNumber("first_size"), Grows = Bool("grows"),
            Record = Ref("record"), SizeField = Ref("size_field"), Magic = Bool("magic"), Doc = Text("doc"), Requirement = OptionalText("requirement"),
            Fields = List("fields", static (ref r) => r.Field()),
        };
    }

    private FieldDef Field()
    {
        var (at, keys, allows) = Node(7);
        return new FieldDef
        {
            At = at, Keys = keys, Allows = allows, Name = Text("name"),
            Type = Text("type") is var text && FieldType.TryParse(text, out var type) ? type : throw Bad("a field's type before", $"'{text}'"),
            Doc = Text("doc"), Requirement = OptionalText("requirement"), Reserved = Bool("reserved"), Direction = OptionalText("dir"), Line = OptionalText("line"),
        };
    }

    private CallDef Call()
    {
        var (at, keys, allows) = Node(6);
        return new CallDef
        {
            At = at, Keys = keys, Allows = allows, Name = Text("name"), CSharp = Text("csharp"), Doc = Text("doc"), Returns = Text("returns"),
            Args = List("args", static (ref r) => r.Arg()), Errors = List("errors", static (ref r) => r.CallError()),
        };
    }

    private ArgDef Arg()
    {
        var (at, keys, allows) = Node(3);
        return new ArgDef { At = at, Keys = keys, Allows = allows, Name = Text("name"), Type = Text("type"), Doc = Text("doc") };
    }

    private CallErrorDef CallError()
    {
        var (at, keys, allows) = Node(3);
        return new CallErrorDef { At = at, Keys = keys, Allows = allows, Errno = Ref("errno") ?? default, When = Text("when"), Requirement = Text("requirement") };
    }

    private RequirementDef Requirement()
    {
        var (at, keys, allows) = Node(2);
        return new RequirementDef { At = at, Keys = keys, Allows = allows, Id = Text("id"), Title = Text("title") };
    }

    private (SpecPosition At, Dictionary<string, SpecPosition> Keys, List<AllowDef> Allows) Node(int keys)
    {
        Count(from.ReadMapHeader(), keys + 3);
        Word("at");
        var at = Position();
        Word("keys");
        var places = new Dictionary<string, SpecPosition>();
        for (var left = from.ReadMapHeader(); left > 0; left--)
        {
            var offset = from.Consumed;
            if (!places.TryAdd(Text(), Position()))
                throw new MessagePackSerializationException($"expected each key once at offset {offset}");
        }
        return (at, places, List("allows", static (ref r) => r.Allow()));
    }

    private AllowDef Allow()
    {
        var (at, keys, allows) = Node(2);
        return new AllowDef { At = at, Keys = keys, Allows = allows, Rule = Text("rule"), Why = Text("why") };
    }

    private SpecPosition Position()
    {
        Count(from.ReadArrayHeader(), 2);
        return new SpecPosition(from.ReadInt32(), from.ReadInt32());
    }

    private SpecName? Ref(string key)
    {
        Word(key);
        return from.TryReadNil() ? null : Ref();
    }

    private SpecName Ref()
    {
        Count(from.ReadArrayHeader(), 2);
        return new SpecName(Text(), Position());
    }

    private SpecName[]? Refs(string key)
    {
        Word(key);
        return from.TryReadNil() ? null : [.. Items(static (ref r) => r.Ref())];
    }

    private List<T> List<T>(string key, Item<T> read)
    {
        Word(key);
        return Items(read);
    }

    private List<T> Items<T>(Item<T> read)
    {
        var items = new List<T>();
        for (var left = from.ReadArrayHeader(); left > 0; left--)
            items.Add(read(ref this));
        return items;
    }

    private ScalarType Scalar() => ScalarTypes.TryParse(Text("type"), out var type) ? type : throw Bad("a scalar type before", "another word");

    private string Text(string key)
    {
        Word(key);
        return Text();
    }

    private string Text() => from.IsNil ? throw Bad("text", "nil") : from.ReadString()!;

    private string? OptionalText(string key)
    {
        Word(key);
        return from.ReadString();
    }

    private int Number(string key)
    {
        Word(key);
        return from.ReadInt32();
    }

    private int? OptionalNumber(string key)
    {
        Word(key);
        return from.TryReadNil() ? null : from.ReadInt32();
    }

    private ulong Wide(string key)
    {
        Word(key);
        return from.ReadUInt64();
    }

    private bool Bool(string key)
    {
        Word(key);
        return from.ReadBoolean();
    }

    /// <summary>Exactly this word.</summary>
    private void Word(string word)
    {
        var offset = from.Consumed;
        if (from.ReadString() is var found && found != word)
            throw new MessagePackSerializationException($"expected '{word}' at offset {offset}, found '{found}'");
    }

    private readonly void Count(int found, int wanted)
    {
        if (found != wanted)
            throw Bad($"{wanted} entries before", $"{found}");
    }

    private readonly MessagePackSerializationException Bad(string wanted, string found) => new($"expected {wanted} at offset {from.Consumed}, found {found}");
}
