using System.Globalization;
using AioV2.Spec.Model;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace AioV2.Spec.Parse;

/// <summary>Reads one mapping by its rule. What does not fit becomes an error with its place, and a neutral value.</summary>
internal sealed class MapReader
{
    private readonly MapRule rule;
    private readonly ErrorList errors;
    private readonly Dictionary<string, YamlNode> values = [];
    private readonly Dictionary<string, SpecPosition> positions = [];

    public MapReader(YamlNode node, MapRule rule, ErrorList errors)
    {
        this.rule = rule;
        this.errors = errors;
        At = PositionOf(node);
        RefuseAnchor(node);
        if (node is not YamlMappingNode map)
        {
            errors.Add(At, $"expected a mapping with the keys of a {rule.Name} ({rule.KeyList}), found {Describe(node)}");
            Broken = true;
            return;
        }
        foreach (var (key, value) in map.Children)
            Take(key, value);
        foreach (var missing in rule.Keys.Where(k => k.Required && !values.ContainsKey(k.Name)))
            errors.Add(At, $"expected the key '{missing.Name}' in this {rule.Name}: {missing.Form.Expected}");
    }

    public SpecPosition At { get; }

    public IReadOnlyDictionary<string, SpecPosition> Keys => positions;

    /// <summary>Not a mapping at all: there is nothing to read.</summary>
    public bool Broken { get; }

    public bool Has(string key) => values.ContainsKey(key);

    public string Text(string key) => OptionalText(key) ?? "";

    /// <summary>The text as it stands, also where it does not fit: lint judges what the generators refuse.</summary>
    public string? OptionalText(string key)
    {
        if (Scalar(key, out var form) is not { } scalar)
            return null;
        _ = Fits(key, form, scalar);
        return scalar.Value!;
    }

    public SpecName? Name(string key) => OptionalText(key) is { } text ? new SpecName(text, positions[key]) : null;

    public ulong Number(string key) => OptionalNumber(key) ?? 0;

    public ulong? OptionalNumber(string key)
    {
        if (Scalar(key, out var form) is not { } scalar)
            return null;
        var text = scalar.Value!;
        var hex = text.StartsWith("0x", StringComparison.Ordinal);
        if (scalar.Style == ScalarStyle.Plain && ulong.TryParse(hex ? text.AsSpan(2) : text,
                hex ? NumberStyles.AllowHexSpecifier : NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return number;
        errors.Add(positions[key], $"expected {form.Expected} for '{key}', found {Describe(scalar)}");
        return null;
    }

    /// <summary>A number that must fit an <c>int</c>: sizes and the like.</summary>
    public int Int(string key) => OptionalInt(key) ?? 0;

    public int? OptionalInt(string key)
    {
        if (OptionalNumber(key) is not { } number)
            return null;
        if (number <= int.MaxValue)
            return (int)number;
        errors.Add(positions[key], $"expected at most {int.MaxValue} for '{key}', found {number}");
        return 0;
    }

    public bool Bool(string key)
    {
        if (Scalar(key, out var form) is not { } scalar)
            return false;
        if (scalar.Style == ScalarStyle.Plain && scalar.Value is "true" or "false")
            return scalar.Value == "true";
        errors.Add(positions[key], $"expected {form.Expected} for '{key}', found {Describe(scalar)}");
        return false;
    }

    /// <summary>An errno's name, or null for 0.</summary>
    public SpecName? NameOrZero(string key) =>
        Scalar(key, out var form) is { Value: not "0" } scalar && Fits(key, form, scalar) ? new SpecName(scalar.Value!, positions[key]) : null;

    /// <summary>A list of names; null for the word <c>all</c>, where the rule takes it. A key not given is an empty list.</summary>
    public IReadOnlyList<SpecName>? Names(string key)
    {
        if (!values.TryGetValue(key, out var node))
            return [];
        var form = rule.Find(key)!.Form;
        if (form.Shape == KeyShape.AllOrNames && node is YamlScalarNode { Value: "all" })
            return null;
        if (node is not YamlSequenceNode list)
        {
            errors.Add(positions[key], $"expected {form.Expected} for '{key}', found {Describe(node)}");
            return [];
        }
        var names = new List<SpecName>();
        foreach (var item in list.Children)
        {
            RefuseAnchor(item);
            if (item is YamlScalarNode { Value: { } text } && form.Matches(text))
                names.Add(new SpecName(text, PositionOf(item)));
            else
                errors.Add(PositionOf(item), $"expected {form.Expected} for '{key}', found {Describe(item)} in it");
        }
        return names;
    }

    /// <summary>A nested mapping, or null if it is missing.</summary>
    public MapReader? Map(string key) =>
        values.TryGetValue(key, out var node) ? new MapReader(node, rule.Find(key)!.Item!, errors) : null;

    /// <summary>The exceptions that a declaration claims from lint.</summary>
    public IReadOnlyList<AllowDef> Allows => [.. Maps("lint").Select(allow => new AllowDef
    {
        At = allow.At, Keys = allow.Keys, Rule = allow.Text("allow"), Why = allow.Text("why"),
    })];

    /// <summary>The mappings of a nested list; those that are none are errors and left out.</summary>
    public IEnumerable<MapReader> Maps(string key)
    {
        if (!values.TryGetValue(key, out var node))
            return [];
        var found = rule.Find(key)!;
        if (node is YamlSequenceNode list)
            return [.. list.Children.Select(item => new MapReader(item, found.Item!, errors)).Where(reader => !reader.Broken)];
        errors.Add(positions[key], $"expected {found.Form.Expected} for '{key}', found {Describe(node)}");
        return [];
    }

    public static SpecPosition PositionOf(YamlNode node) => new((int)node.Start.Line, (int)node.Start.Column);

    private void Take(YamlNode key, YamlNode value)
    {
        RefuseAnchor(value);
        if (key is not YamlScalarNode { Value: { } name } || rule.Find(name) is null)
        {
            errors.Add(PositionOf(key), $"unknown key {Describe(key)} in this {rule.Name}; expected one of {rule.KeyList}");
            return;
        }
        values[name] = value;
        positions[name] = PositionOf(value);
    }

    private YamlScalarNode? Scalar(string key, out KeyForm form)
    {
        form = rule.Find(key)!.Form;
        if (!values.TryGetValue(key, out var node))
            return null;
        if (node is YamlScalarNode { Value: not null } scalar)
            return scalar;
        errors.Add(positions[key], $"expected {form.Expected} for '{key}', found {Describe(node)}");
        return null;
    }

    private bool Fits(string key, KeyForm form, YamlScalarNode scalar)
    {
        if (form.Matches(scalar.Value!))
            return true;
        errors.Add(positions[key], $"expected {form.Expected} for '{key}', found {Describe(scalar)}");
        return false;
    }

    private void RefuseAnchor(YamlNode node)
    {
        if (!node.Anchor.IsEmpty)
            errors.Add(PositionOf(node), "expected plain YAML without anchors and aliases: each value stands where it is used");
    }

    private static string Describe(YamlNode node) => node switch
    {
        YamlScalarNode { Value: null or "" } => "nothing",
        YamlScalarNode scalar => $"'{scalar.Value!.ReplaceLineEndings("\\n")}'",
        YamlSequenceNode => "a list",
        _ => "a mapping",
    };
}
