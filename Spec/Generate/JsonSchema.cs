using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using AioV2.Spec.Parse;

namespace AioV2.Spec.Generate;

/// <summary><c>aio2.schema.json</c>: the parser's own rules, so that an editor completes and checks a spec while it is typed.</summary>
internal static class JsonSchema
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static string Generate()
    {
        var definitions = new JsonObject();
        foreach (var rule in SpecRules.All)
            definitions[rule.Name] = Mapping(rule);
        var schema = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = "A spec of the AIO v2 ABI",
            ["$ref"] = $"#/$defs/{SpecRules.Root.Name}",
            ["$defs"] = definitions,
        };
        // Line one says what every generated file says there.
        var body = schema.ToJsonString(Indented);
        return "{ \"$comment\": \"Generated from the parser's rules by `dotnet run --project Spec`; do not edit.\"," + body[1..] + "\n";
    }

    private static JsonObject Mapping(MapRule rule)
    {
        var properties = new JsonObject();
        foreach (var key in rule.Keys)
            properties[key.Name] = Value(key);
        return new JsonObject
        {
            ["type"] = "object",
            ["additionalProperties"] = false,
            ["required"] = new JsonArray([.. rule.Keys.Where(k => k.Required).Select(k => JsonValue.Create(k.Name))]),
            ["properties"] = properties,
        };
    }

    private static JsonObject Value(KeyRule key)
    {
        var value = key.Form.Shape switch
        {
            KeyShape.Number => new JsonObject { ["type"] = "integer", ["minimum"] = 0 },
            KeyShape.Bool => new JsonObject { ["type"] = "boolean" },
            KeyShape.Names => List(Text(key.Form.Pattern!)),
            KeyShape.AllOrNames => new JsonObject { ["anyOf"] = new JsonArray(Text("^all$"), List(Text(key.Form.Pattern!))) },
            KeyShape.TextOrZero => new JsonObject { ["anyOf"] = new JsonArray(new JsonObject { ["const"] = 0 }, Text(key.Form.Pattern!)) },
            KeyShape.Map => Reference(key.Item!),
            KeyShape.Maps => List(Reference(key.Item!)),
            _ => Text(key.Form.Pattern!),
        };
        value["description"] = key.Form.Expected;
        return value;
    }

    private static JsonObject Text(string pattern) => new() { ["type"] = "string", ["pattern"] = pattern };

    private static JsonObject List(JsonObject items) => new() { ["type"] = "array", ["items"] = items };

    private static JsonObject Reference(MapRule rule) => new() { ["$ref"] = $"#/$defs/{rule.Name}" };
}
