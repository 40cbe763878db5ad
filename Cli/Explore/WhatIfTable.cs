using System.Text.Json.Nodes;
using AioV2.Spec.Diff;
using AioV2.Spec.Layout;
using AioV2.Spec.Lint;
using AioV2.Spec.Model;
using AioV2.Spec.WhatIf;

namespace AioV2.Cli.Explore;

/// <summary>What layout, diff and lint say of every field that could be added, so that a page answers without them and says the same.</summary>
/// <remarks>
/// Texts, places of fields, changes and findings are told once and referred to by number: most of them come many times.
/// A struct's answers stand in one array: for each slot, for each type, as it is and with its holes filled (null where there are none).
/// </remarks>
internal sealed class WhatIfTable
{
    private readonly IndexedList<string> _texts = new();
    private readonly IndexedList<(int Offset, int Size, int Name, int Type, string Kind)> _parts = new();
    private readonly IndexedList<(string Kind, int Subject, int Old, int New, int OldVerdict, int OldWhy, int NewVerdict, int NewWhy)> _changes = new();
    private readonly IndexedList<(string Rule, int Message)> _findings = new();
    private readonly Dictionary<string, JsonArray> _cases = [];

    /// <summary>The types that can be asked about.</summary>
    public static IReadOnlyList<string> Types { get; } = ["u8", "u16", "u32", "s32", "u64", "s64", "u8[3]", "u8[4]", "u8[8]", "u8[16]"];

    /// <summary>How many answers there are.</summary>
    public int Count { get; private set; }

    /// <summary>Asks everything; stops when it is told to.</summary>
    public static WhatIfTable Of(SpecDocument spec, CancellationToken stop)
    {
        var table = new WhatIfTable();
        var asked = spec.Structs.AsParallel().AsOrdered().WithCancellation(stop).Select(s => (s.Name, Answers: Ask(new AddedFieldTrial(spec, s)).ToArray()));
        foreach (var (name, answers) in asked)
        {
            table._cases.Add(name, new JsonArray([.. answers.Select(a => a is null ? null : table.Case(a))]));
        }

        return table;
    }

    /// <summary>What the page's script reads.</summary>
    public JsonObject Json() => new()
    {
        ["types"] = new JsonArray([.. Types.Select(t => JsonValue.Create(t))]),
        ["texts"] = new JsonArray([.. _texts.Items.Select(t => JsonValue.Create(t))]),
        ["parts"] = new JsonArray([.. _parts.Items.Select(p => new JsonArray(p.Offset, p.Size, p.Name, p.Type, p.Kind))]),
        ["changes"] = new JsonArray([.. _changes.Items.Select(c => new JsonArray(c.Kind, c.Subject, c.Old, c.New, c.OldVerdict, c.OldWhy, c.NewVerdict, c.NewWhy))]),
        ["findings"] = new JsonArray([.. _findings.Items.Select(f => new JsonArray(f.Rule, f.Message))]),
        ["verdicts"] = new JsonArray([.. Enum.GetValues<Verdict>().Select(v => JsonValue.Create(DiffReport.Word(v)))]),
        ["cases"] = new JsonObject(_cases.Select(c => KeyValuePair.Create(c.Key, (JsonNode?)c.Value))),
    };

    /// <summary>The places of a struct's fields and holes, by number.</summary>
    public JsonArray Parts(StructLayout layout) => Numbers(layout.Fields.Select(place => (place.Offset, Part(place)))
        .Concat(layout.Holes.Select(hole => (hole.Offset, _parts.Of((hole.Offset, hole.Size, -1, -1, "hole")))))
        .OrderBy(part => part.Offset).Select(part => part.Item2));

    private static FieldType Parsed(string type) =>
        FieldType.TryParse(type, out var parsed) ? parsed : throw new InvalidOperationException(type);

    // For each slot, for each type: as it is; filled, where there is something to fill.
    private static IEnumerable<AddedFieldVerdict?> Ask(AddedFieldTrial trial)
    {
        foreach (var slot in FieldSlot.Of(trial.Definition))
        {
            foreach (var type in Types.Select(Parsed))
            {
                var asItIs = trial.Add(slot, type, fill: false);
                yield return asItIs;
                yield return asItIs.Layout.Holes.Count > 0 ? trial.Add(slot, type, fill: true) : null;
            }
        }
    }

    private JsonArray Case(AddedFieldVerdict verdict)
    {
        Count++;
        return new JsonArray(verdict.Layout.Size, verdict.Layout.Alignment, Parts(verdict.Layout), (int)verdict.Diff.OldPrograms, (int)verdict.Diff.NewPrograms,
            Text(DiffReport.Summary(verdict.Diff)), Numbers(DiffReport.Ordered(verdict.Diff).Select(Change)), Numbers(verdict.Findings.Select(Finding)));
    }

    private int Part(FieldPlace place) =>
        _parts.Of((place.Offset, place.Size, Text(place.Field.Name), Text(place.Field.Type.ToString()), place.Field.Reserved ? "reserved" : place.Field.Line ?? "field"));

    private int Change(SpecChange change) => _changes.Of((change.Kind, Text(change.Subject), Text(change.Old), Text(change.New),
        (int)change.OldProgram.Verdict, Text(change.OldProgram.Why), (int)change.NewProgram.Verdict, Text(change.NewProgram.Why)));

    private int Finding(LintFinding finding) => _findings.Of((finding.Rule.Id, Text(finding.Message)));

    private int Text(string? text) => text is null ? -1 : _texts.Of(text);

    private static JsonArray Numbers(IEnumerable<int> numbers) => new([.. numbers.Select(n => JsonValue.Create(n))]);
}
