using AioV2.Spec.Diff;
using AioV2.Spec.Layout;
using AioV2.Spec.Lint;
using AioV2.Spec.Model;

namespace AioV2.Spec.WhatIf;

/// <summary>Tries fields in one struct, and asks layout, diff and lint what becomes of it.</summary>
/// <remarks>
/// They are asked about the struct alone: no rule of theirs about a field looks at another struct, and what they miss
/// of the rest is missed before and after alike. A test compares with the answers for whole specs.
/// </remarks>
public sealed class AddedFieldTrial
{
    private readonly SpecDocument _alone;
    private readonly HashSet<(string Rule, string Message)> _said;

    /// <summary>Prepares for one of a spec's structs.</summary>
    public AddedFieldTrial(SpecDocument spec, StructDef definition)
    {
        var none = new GroupDef
        {
            Keys = new Dictionary<string, SpecPosition>(), Name = "", Prefix = "", CSharp = "", Type = ScalarType.U32, Kind = GroupKind.Enum, Doc = "", Values = [],
        };
        Definition = definition;
        _alone = spec with
        {
            Structs = [definition], Constants = [], Groups = [], Syscalls = none, RwFlags = none, Opcodes = none, Attributes = none, Reasons = none,
            Errnos = [], Calls = [], Trace = null,
        };
        _said = [.. SpecLint.Run(_alone).Findings.Select(f => (f.Rule.Id, f.Message))];
    }

    /// <summary>The struct as it is.</summary>
    public StructDef Definition { get; }

    /// <summary>Adds a field; nothing is kept of it.</summary>
    /// <param name="slot">Where the field goes.</param>
    /// <param name="type">The field's type.</param>
    /// <param name="fill">Whether the holes that then are there become reserved fields.</param>
    public AddedFieldVerdict Add(FieldSlot slot, FieldType type, bool fill)
    {
        var changed = AddedField.To(Definition, slot, type, fill);
        var now = _alone with { Structs = [changed] };
        return new AddedFieldVerdict(StructLayout.Of(changed), SpecDiff.Compare(_alone, now), [.. SpecLint.Run(now).Findings.Where(f => !_said.Contains((f.Rule.Id, f.Message)))]);
    }
}
