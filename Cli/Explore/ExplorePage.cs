using System.Globalization;
using System.Text.Json.Nodes;
using AioV2.Cli.Pages;
using AioV2.Spec.Diff;
using AioV2.Spec.Drawing;
using AioV2.Spec.Generate;
using AioV2.Spec.Layout;
using AioV2.Spec.Lint;
using AioV2.Spec.Model;

namespace AioV2.Cli.Explore;

/// <summary>A spec as one page that loads nothing: structs, attributes, requirements, and what a field more would do.</summary>
internal static class ExplorePage
{
    /// <summary>The page's text.</summary>
    /// <param name="spec">What is shown; its layouts may have holes.</param>
    /// <param name="whatIf">Every answer of the spec's tools.</param>
    /// <param name="sources">Where requirements are named, or null where there are no sources to look at.</param>
    public static string Of(SpecDocument spec, WhatIfTable whatIf, SourceLinks? sources) => PageResource.Page("Explore", "structs.js", "whatif.js", "tables.js", "app.js")
        .Replace("/*title*/", System.Net.WebUtility.HtmlEncode(spec.Title), StringComparison.Ordinal)
        .Replace("/*meta*/", PageResource.Json(Meta(spec, whatIf, sources)), StringComparison.Ordinal);

    private static JsonObject Meta(SpecDocument spec, WhatIfTable whatIf, SourceLinks? sources) => new()
    {
        ["name"] = spec.Name,
        ["title"] = spec.Title,
        ["version"] = spec.AbiVersion,
        ["license"] = spec.License,
        ["file"] = spec.File,
        ["hash"] = spec.Hash,
        ["structs"] = Array(spec.Structs.Where(s => s.Fields.Count > 0), s => Struct(StructLayout.Of(s), whatIf)),
        ["attributes"] = Array(spec.Attrs, a => Attribute(spec, a)),
        ["requirements"] = Array(spec.Requirements, r => Requirement(r, sources)),
        ["links"] = sources is null ? null : new JsonObject { ["base"] = sources.Base, ["document"] = SpecGenerators.DocumentPath },
        ["rules"] = new JsonObject(LintRules.All.Select(r => KeyValuePair.Create(r.Id, (JsonNode?)new JsonArray(r.Asks, r.Reason, r.Source)))),
        ["kinds"] = new JsonObject(ChangeKind.All.Select(k => KeyValuePair.Create(k.Key, (JsonNode?)JsonValue.Create(k.Value)))),
        ["whatIf"] = whatIf.Json(),
    };

    private static JsonObject Struct(StructLayout layout, WhatIfTable whatIf) => new()
    {
        ["name"] = layout.Definition.Name,
        ["doc"] = layout.Definition.Doc,
        ["about"] = StructDrawing.Title(layout),
        ["requirement"] = layout.Definition.Requirement,
        ["size"] = layout.Size,
        ["alignment"] = layout.Alignment,
        ["parts"] = whatIf.Parts(layout),
        ["fields"] = Array(layout.Fields, p => new JsonArray(p.Field.Name, p.Field.Doc, p.Field.Requirement, p.Field.Direction, p.Field.Line)),
        ["slots"] = Array(Spec.WhatIf.FieldSlot.Of(layout.Definition), s => new JsonArray(s.Index, s.FromReserved)),
    };

    private static JsonObject Attribute(SpecDocument spec, AttrDef attribute) => new()
    {
        ["name"] = spec.Attributes.Prefix + attribute.Name,
        ["value"] = attribute.Value,
        ["doc"] = attribute.Doc,
        ["in"] = attribute.In?.Value,
        ["out"] = attribute.Out?.Value,
        ["operations"] = attribute.Opcodes is { } some ? Array(some, o => JsonValue.Create(o.Value)) : null,
        ["feature"] = attribute.Feature is { } feature ? (spec.Group("features")?.Prefix ?? "") + feature.Value : null,
        ["requirement"] = attribute.Requirement ?? spec.Attributes.Requirement,
    };

    private static JsonObject Requirement(RequirementDef requirement, SourceLinks? sources) => new()
    {
        ["id"] = requirement.Id,
        ["title"] = requirement.Title,
        ["text"] = sources?.Text(requirement.Id),
        ["code"] = Places(sources, requirement.Id, CitationKind.Code),
        ["checks"] = Places(sources, requirement.Id, CitationKind.Check),
        ["tests"] = Places(sources, requirement.Id, CitationKind.Test),
    };

    // A file with its lines; a test's line with its name.
    private static JsonArray Places(SourceLinks? sources, string id, CitationKind kind) => Array(
        (sources?.Citations[id] ?? []).Where(c => c.Kind == kind).DistinctBy(c => (c.Path, c.Test ?? c.Line.ToString(CultureInfo.InvariantCulture))).GroupBy(c => c.Path),
        file => new JsonArray(file.Key, Array(file, c => new JsonArray(c.Line, c.Test))));

    private static JsonArray Array<T>(IEnumerable<T> items, Func<T, JsonNode?> node) => new([.. items.Select(node)]);
}
