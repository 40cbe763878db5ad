using System.Buffers;
using AioV2.Spec.Model;
using MessagePack;

namespace AioV2.Spec.Snapshot;

/// <summary>Writes each kind of declaration as a map; <see cref="SnapshotReader"/> has the same keys in the same order.</summary>
internal ref struct SnapshotWriter(IBufferWriter<byte> output)
{
    private MessagePackWriter to = new(output);

    private delegate void Item<T>(ref SnapshotWriter writer, T item);

    public void Write(SpecDocument spec)
    {
        to.WriteArrayHeader(3);
        to.Write(SnapshotFile.Magic);
        to.Write(SnapshotFile.Version);
        Document(spec);
        to.Flush();
    }

    private void Document(SpecDocument spec)
    {
        to.WriteMapHeader(19);
        Text("file", spec.File);
        Text("hash", spec.Hash);
        Text("name", spec.Name);
        Text("title", spec.Title);
        Number("abi_version", spec.AbiVersion);
        Text("license", spec.License);
        List("constants", spec.Constants, static (ref w, c) => w.Constant(c));
        List("groups", spec.Groups, static (ref w, g) => w.Group(g));
        Key("syscalls");
        Group(spec.Syscalls);
        Key("rw_flags");
        Group(spec.RwFlags);
        List("structs", spec.Structs, static (ref w, s) => w.Struct(s));
        Key("opcodes");
        Group(spec.Opcodes);
        Key("attributes");
        Group(spec.Attributes);
        Key("driver_base");
        to.Write(spec.DriverBase);
        Key("reasons");
        Group(spec.Reasons);
        Errnos(spec);
        List("calls", spec.Calls, static (ref w, c) => w.Call(c));
        Key("trace");
        Trace(spec.Trace);
        List("requirements", spec.Requirements, static (ref w, r) => w.Requirement(r));
    }

    private void Trace(TraceDef? trace)
    {
        if (trace is null)
        {
            to.WriteNil();
            return;
        }
        Node(trace, 5);
        Text("format", trace.Format);
        Number("version", trace.Version);
        Text("csharp", trace.CSharp);
        Text("doc", trace.Doc);
        List("records", trace.Records, static (ref w, r) =>
        {
            w.Node(r, 4);
            w.Text("name", r.Name);
            w.Number("value", r.Value);
            w.Text("doc", r.Doc);
            w.List("fields", r.Fields, static (ref x, f) =>
            {
                x.Node(f, 3);
                x.Text("name", f.Name);
                x.Text("type", f.Type);
                x.Text("doc", f.Doc);
            });
        });
    }

    private void Errnos(SpecDocument spec)
    {
        Key("errnos");
        to.WriteMapHeader(2);
        Text("csharp", spec.ErrnoClass);
        List("values", spec.Errnos, static (ref w, e) =>
        {
            w.Node(e, 3);
            w.Text("name", e.Name);
            w.Number("value", e.Value);
            w.Text("text", e.Text);
        });
    }

    private void Constant(ConstantDef constant)
    {
        Node(constant, 5);
        Text("name", constant.Name);
        Text("type", constant.Type.Spelled());
        Key("value");
        to.Write(constant.Value);
        Text("doc", constant.Doc);
        Text("requirement", constant.Requirement);
    }

    private void Group(GroupDef group)
    {
        Node(group, 9);
        Text("name", group.Name);
        Text("prefix", group.Prefix);
        Text("csharp", group.CSharp);
        Text("type", group.Type.Spelled());
        Text("kind", group.Kind == GroupKind.Flags ? "flags" : "enum");
        Text("doc", group.Doc);
        Text("unknown", group.Unknown);
        Text("requirement", group.Requirement);
        List("values", group.Values, static (ref w, v) => w.Value(v));
    }

    private void Value(ValueDef value)
    {
        var (kind, more) = value switch { OpDef => ("op", 5), AttrDef => ("attribute", 4), ReasonDef => ("reason", 1), _ => ("value", 0) };
        Node(value, 5 + more);
        Text("kind", kind);
        Text("name", value.Name);
        Key("value");
        to.Write(value.Value);
        Text("doc", value.Doc);
        Text("requirement", value.Requirement);
        switch (value)
        {
            case OpDef op:
                Text("direction", op.Direction);
                Key("vectored");
                to.Write(op.Vectored);
                Refs("uses", op.Uses);
                Refs("iocb_flags", op.IocbFlags);
                Refs("rw_flags", op.RwFlags);
                break;
            case AttrDef attribute:
                Ref("in", attribute.In);
                Ref("out", attribute.Out);
                Refs("opcodes", attribute.Opcodes);
                Ref("feature", attribute.Feature);
                break;
            case ReasonDef reason:
                Ref("errno", reason.Errno);
                break;
        }
    }

    private void Struct(StructDef definition)
    {
        Node(definition, 10);
        Text("name", definition.Name);
        Number("size", definition.Size);
        Number("first_size", definition.FirstSize);
        Key("grows");
        to.Write(definition.Grows);
        Ref("record", definition.Record);
        Ref("size_field", definition.SizeField);
        Key("magic");
        to.Write(definition.Magic);
        Text("doc", definition.Doc);
        Text("requirement", definition.Requirement);
        List("fields", definition.Fields, static (ref w, f) =>
        {
            w.Node(f, 7);
            w.Text("name", f.Name);
            w.Text("type", f.Type.ToString());
            w.Text("doc", f.Doc);
            w.Text("requirement", f.Requirement);
            w.Key("reserved");
            w.to.Write(f.Reserved);
            w.Text("dir", f.Direction);
            w.Text("line", f.Line);
        });
    }

    private void Call(CallDef call)
    {
        Node(call, 6);
        Text("name", call.Name);
        Text("csharp", call.CSharp);
        Text("doc", call.Doc);
        Text("returns", call.Returns);
        List("args", call.Args, static (ref w, a) =>
        {
            w.Node(a, 3);
            w.Text("name", a.Name);
            w.Text("type", a.Type);
            w.Text("doc", a.Doc);
        });
        List("errors", call.Errors, static (ref w, e) =>
        {
            w.Node(e, 3);
            w.Ref("errno", e.Errno);
            w.Text("when", e.When);
            w.Text("requirement", e.Requirement);
        });
    }

    private void Requirement(RequirementDef requirement)
    {
        Node(requirement, 2);
        Text("id", requirement.Id);
        Text("title", requirement.Title);
    }

    /// <summary>Begins a map with this many keys of its own behind those that tell the places.</summary>
    private void Node(SpecNode node, int keys)
    {
        to.WriteMapHeader(keys + 3);
        Key("at");
        Position(node.At);
        Key("keys");
        to.WriteMapHeader(node.Keys.Count);
        foreach (var (key, at) in node.Keys)
        {
            Key(key);
            Position(at);
        }

        List("allows", node.Allows, static (ref w, a) =>
        {
            w.Node(a, 2);
            w.Text("rule", a.Rule);
            w.Text("why", a.Why);
        });
    }

    private void Key(string key) => to.Write(key);

    private void Text(string key, string? text)
    {
        Key(key);
        to.Write(text);
    }

    private void Number(string key, int? number)
    {
        Key(key);
        if (number is { } value)
            to.Write(value);
        else
            to.WriteNil();
    }

    private void List<T>(string key, IReadOnlyList<T> items, Item<T> write)
    {
        Key(key);
        to.WriteArrayHeader(items.Count);
        foreach (var item in items)
            write(ref this, item);
    }

    private void Ref(string key, SpecName? name)
    {
        Key(key);
        Ref(name);
    }

    private void Refs(string key, IReadOnlyList<SpecName>? names)
    {
        if (names is null)
            Ref(key, null);
        else
            List(key, names, static (ref w, name) => w.Ref(name));
    }

    private void Ref(SpecName? name)
    {
        if (name is not { } used)
        {
            to.WriteNil();
            return;
        }
        to.WriteArrayHeader(2);
        to.Write(used.Value);
        Position(used.At);
    }

    private void Position(SpecPosition at)
    {
        to.WriteArrayHeader(2);
        to.Write(at.Line);
        to.Write(at.Column);
    }
}
