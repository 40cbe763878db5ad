using System.Text.Json;
using System.Text.RegularExpressions;
using AioV2.Spec.Parse;
using AioV2.Tests;
using YamlDotNet.RepresentationModel;

namespace AioV2.Spec.Tests;

[Requirement("ABI-3")]
public sealed class SchemaTests
{
    private static readonly JsonElement Schema = JsonDocument.Parse(File.ReadAllText(Repository.At("Spec/aio2.schema.json"))).RootElement;

    [Fact]
    public void The_spec_fits_the_schema() => Assert.Empty(Judge(Root(File.ReadAllText(Repository.At("Spec/aio2.yaml"))), Schema, "$"));

    [Fact]
    public void The_schema_takes_the_keys_that_the_parser_takes()
    {
        foreach (var rule in SpecRules.All)
        {
            var shape = Schema.GetProperty("$defs").GetProperty(rule.Name);
            Assert.Equal(rule.Keys.Select(k => k.Name), shape.GetProperty("properties").EnumerateObject().Select(p => p.Name));
            Assert.Equal(rule.Keys.Where(k => k.Required).Select(k => k.Name), shape.GetProperty("required").EnumerateArray().Select(r => r.GetString()!));
            Assert.False(shape.GetProperty("additionalProperties").GetBoolean());
        }
        Assert.Equal(SpecRules.All.Count, Schema.GetProperty("$defs").EnumerateObject().Count());
    }

    [Theory]
    [InlineData("abi_version: 2", "abi_version: two")]
    [InlineData("{name: AIO2_VERSION, type: u32", "{nmae: AIO2_VERSION, type: u32")]
    [InlineData("{name: AIO2_VERSION, type: u32", "{name: AIO2_VERSION, type: int")]
    [InlineData("uses: [fd]", "uses: fd")]
    [InlineData("vectored: true", "vectored: yes")]
    [InlineData("opcodes: all", "opcodes: some")]
    [InlineData("errno: 0,", "errno: 5,")]
    [InlineData("  title: Asynchronous I/O, version 2\n", "")]
    public void What_the_parser_refuses_for_its_form_the_schema_refuses(string from, string to)
    {
        var text = File.ReadAllText(Repository.At("Spec/aio2.yaml"));
        Assert.Contains(from, text, StringComparison.Ordinal);

        Assert.NotEmpty(Judge(Root(text.Replace(from, to)), Schema, "$"));
    }

    private static YamlNode Root(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return stream.Documents[0].RootNode;
    }

    /// <summary>The part of JSON Schema that the file uses; any other keyword fails the test.</summary>
    private static List<string> Judge(YamlNode node, JsonElement schema, string path)
    {
        var known = new[] { "$comment", "$schema", "$defs", "$ref", "title", "description", "type", "minimum", "pattern", "items", "anyOf", "const", "properties", "required", "additionalProperties" };
        Assert.All(schema.EnumerateObject(), p => Assert.Contains(p.Name, known));
        var errors = new List<string>();
        if (schema.TryGetProperty("$ref", out var reference))
            errors.AddRange(Judge(node, Schema.GetProperty("$defs").GetProperty(reference.GetString()!["#/$defs/".Length..]), path));
        if (schema.TryGetProperty("anyOf", out var any) && any.EnumerateArray().All(s => Judge(node, s, path).Count > 0))
            errors.Add($"{path}: fits none of the alternatives");
        if (schema.TryGetProperty("const", out var value) && (node as YamlScalarNode)?.Value != value.GetRawText())
            errors.Add($"{path}: is not {value}");
        if (schema.TryGetProperty("type", out var type))
            errors.AddRange(Typed(node, schema, type.GetString()!, path));
        return errors;
    }

    private static IEnumerable<string> Typed(YamlNode node, JsonElement schema, string type, string path) => (type, node) switch
    {
        ("object", YamlMappingNode map) => Mapping(map, schema, path),
        ("array", YamlSequenceNode list) => list.Children.SelectMany((item, i) => Judge(item, schema.GetProperty("items"), $"{path}[{i}]")),
        ("string", YamlScalarNode { Value: { } text }) => Regex.IsMatch(text, schema.GetProperty("pattern").GetString()!) ? [] : [$"{path}: '{text}' has not the form"],
        ("integer", YamlScalarNode { Value: { } text }) => Regex.IsMatch(text, "^([0-9]+|0x[0-9a-f]+)$") ? [] : [$"{path}: '{text}' is no integer"],
        ("boolean", YamlScalarNode { Value: "true" or "false" }) => [],
        _ => [$"{path}: is no {type}"],
    };

    private static IEnumerable<string> Mapping(YamlMappingNode map, JsonElement schema, string path)
    {
        var properties = schema.GetProperty("properties");
        var keys = map.Children.Keys.Select(k => ((YamlScalarNode)k).Value!).ToList();
        foreach (var missing in schema.GetProperty("required").EnumerateArray().Select(r => r.GetString()!).Except(keys))
            yield return $"{path}: lacks {missing}";
        foreach (var (key, value) in map.Children)
        {
            var name = ((YamlScalarNode)key).Value!;
            if (!properties.TryGetProperty(name, out var rule))
            {
                yield return $"{path}: has {name}";
                continue;
            }
            foreach (var error in Judge(value, rule, $"{path}.{name}"))
                yield return error;
        }
    }
}
