using System.Text.Json.Nodes;
using AioV2.Abi;
using AioV2.Cli.Pages;
using AioV2.Spec.Layout;
using AioV2.Spec.Model;
using AioV2.Spec.Parse;

namespace AioV2.Cli.Trace.View;

/// <summary>A trace as one page that loads nothing: ring, requests, latencies, attributes.</summary>
internal static class TracePage
{
    /// <summary>The page's text.</summary>
    public static string Of(TraceStory story)
    {
        var columns = TraceColumns.Of(story);
        return PageResource.Page("Trace", "data.js", "ring.js", "lives.js", "details.js", "app.js")
            .Replace("/*meta*/", PageResource.Json(Meta(story, columns)), StringComparison.Ordinal)
            .Replace("/*data*/", columns.Base64(), StringComparison.Ordinal);
    }

    private static JsonObject Meta(TraceStory story, TraceColumns columns)
    {
        var spec = BuiltInSpec.Load();
        return new JsonObject
        {
            ["program"] = story.File.Start.Program,
            ["engine"] = story.File.Start.Engine,
            ["source"] = story.File.Start.Source,
            ["started"] = DateTime.UnixEpoch.AddTicks((long)(story.File.Start.RealtimeNs / 100)).ToString("yyyy-MM-dd HH:mm:ss 'UTC'", null),
            ["reason"] = story.File.Reason,
            ["lost"] = story.Lost,
            ["records"] = story.File.Records,
            ["contexts"] = new JsonArray([.. story.Contexts.Select(c => new JsonObject { ["id"] = c.Id, ["ringBytes"] = c.RingBytes })]),
            ["columns"] = new JsonArray([.. columns.Index.Select(c => new JsonArray(c.Name, c.Type, c.Count))]),
            ["calls"] = new JsonArray([.. Aio2TraceSchema.Records.Select(r => JsonValue.Create(r.Name.ToLowerInvariant()))]),
            ["opcodes"] = Names(spec.Ops),
            ["attributes"] = Names(spec.Attrs),
            ["payloads"] = new JsonObject(spec.Attrs.Select(a => KeyValuePair.Create(
                a.Value.ToString(null, null), (JsonNode?)new JsonObject { ["in"] = Fields(spec, a.In?.Value), ["out"] = Fields(spec, a.Out?.Value) }))),
            ["iocb"] = Fields(spec, "iocb2"),
            ["event"] = Fields(spec, "io_event2"),
            ["ringFlags"] = Names(spec.Group("ring_flags")!.Values),
            ["errnos"] = new JsonObject(spec.Errnos.Select(e => KeyValuePair.Create(e.Value.ToString(null, null), (JsonNode?)JsonValue.Create(e.Name)))),
        };
    }

    private static JsonObject Names(IEnumerable<ValueDef> values) =>
        new(values.Select(v => KeyValuePair.Create(v.Value.ToString(null, null), (JsonNode?)JsonValue.Create(v.Name))));

    // Name, offset, bytes of one, how many, whether it has a sign.
    private static JsonArray Fields(SpecDocument spec, string? name) => name is null || spec.Struct(name) is not { } definition ? [] :
        new([.. StructLayout.Of(definition).Fields.Where(f => !f.Field.Reserved).Select(f => new JsonArray(
            f.Field.Name, f.Offset, f.Field.Type.Scalar.Bytes(), f.Size / f.Field.Type.Scalar.Bytes(), f.Field.Type.Scalar is ScalarType.S32 or ScalarType.S64))]);
}
