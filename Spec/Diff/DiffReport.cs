using System.Text;
using System.Text.Json;
using AioV2.Spec.Model;

namespace AioV2.Spec.Diff;

/// <summary>A diff as text: the worst first, each change with its verdict and reason in both directions.</summary>
public static class DiffReport
{
    /// <summary>Writes a diff, with a line feed at its end.</summary>
    public static string Of(SpecDiff diff, DiffFormat format) => format switch
    {
        DiffFormat.Json => Json(diff),
        DiffFormat.Markdown => Markdown(diff),
        _ => Text(diff),
    };

    /// <summary>A verdict's word.</summary>
    public static string Word(Verdict verdict) => verdict switch
    {
        Verdict.Compatible => "compatible",
        Verdict.CompatibleButNew => "compatible-but-new",
        _ => "breaking",
    };

    /// <summary>The changes as texts tell them: the worst first.</summary>
    public static IEnumerable<SpecChange> Ordered(SpecDiff diff) => diff.Changes.OrderByDescending(change => change.Verdict);

    private static string Text(SpecDiff diff)
    {
        var text = new StringBuilder();
        foreach (var change in Ordered(diff))
        {
            text.Append($"{Word(change.Verdict)}: {change.Subject}: {change.Kind}{Place(diff, change)}\n");
            if (change.Old is { } old)
                text.Append($"    - {old}\n");
            if (change.New is { } now)
                text.Append($"    + {now}\n");
            text.Append($"    old program, new kernel: {Word(change.OldProgram.Verdict)}: {change.OldProgram.Why}\n");
            text.Append($"    new program, old kernel: {Word(change.NewProgram.Verdict)}: {change.NewProgram.Why}\n");
        }
        if (diff.Changes.Count > 0)
            text.Append('\n');
        return text.Append(Summary(diff)).Append('\n').ToString();
    }

    /// <summary>One line: how many changes of which verdict, and the worst in each direction.</summary>
    public static string Summary(SpecDiff diff) => diff.Changes.Count == 0 ? "no change" :
        $"{diff.Changes.Count} change{(diff.Changes.Count == 1 ? "" : "s")}: {Count(diff, Verdict.Breaking)} breaking, {Count(diff, Verdict.CompatibleButNew)} compatible-but-new, {Count(diff, Verdict.Compatible)} compatible; "
            + $"old programs on a new kernel: {Word(diff.OldPrograms)}; new programs on an old kernel: {Word(diff.NewPrograms)}";

    private static int Count(SpecDiff diff, Verdict verdict) => diff.Changes.Count(change => change.Verdict == verdict);

    private static string Markdown(SpecDiff diff)
    {
        var text = new StringBuilder($"**{Summary(diff)}**\n");
        if (diff.Changes.Count == 0)
            return text.ToString();
        text.Append("\n| change | what | was | is | old program, new kernel | new program, old kernel |\n|---|---|---|---|---|---|\n");
        foreach (var change in Ordered(diff))
            text.Append($"| {change.Kind} | {Code(change.Subject)} | {Code(change.Old)} | {Code(change.New)} | {Cell(change.OldProgram)} | {Cell(change.NewProgram)} |\n");
        return text.ToString();

        static string Cell(Effect effect) => $"{(effect.Verdict == Verdict.Breaking ? "**breaking**" : Word(effect.Verdict))}: {Plain(effect.Why)}";
        static string Code(string? value) => value is null ? "" : $"`{Plain(value)}`";
        static string Plain(string value) => value.Replace("|", "\\|", StringComparison.Ordinal).Replace('`', '\'');
    }

    private static string Json(SpecDiff diff)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            Spec(json, "old", diff.Old);
            Spec(json, "new", diff.New);
            json.WriteString("old_program_on_new_kernel", Word(diff.OldPrograms));
            json.WriteString("new_program_on_old_kernel", Word(diff.NewPrograms));
            json.WriteBoolean("breaking", diff.IsBreaking);
            json.WriteStartArray("changes");
            foreach (var change in diff.Changes)
                Write(json, change);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.ToArray()) + "\n";
    }

    private static void Spec(Utf8JsonWriter json, string name, SpecDocument spec)
    {
        json.WriteStartObject(name);
        json.WriteString("file", spec.File);
        json.WriteString("sha256", spec.Hash);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, SpecChange change)
    {
        json.WriteStartObject();
        json.WriteString("kind", change.Kind);
        json.WriteString("subject", change.Subject);
        json.WriteString("old", change.Old);
        json.WriteString("new", change.New);
        Line(json, "old_line", change.OldAt);
        Line(json, "new_line", change.NewAt);
        foreach (var (name, effect) in new[] { ("old_program_on_new_kernel", change.OldProgram), ("new_program_on_old_kernel", change.NewProgram) })
        {
            json.WriteStartObject(name);
            json.WriteString("verdict", Word(effect.Verdict));
            json.WriteString("why", effect.Why);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    private static void Line(Utf8JsonWriter json, string name, SpecPosition? at)
    {
        if (at is { } position)
            json.WriteNumber(name, position.Line);
        else
            json.WriteNull(name);
    }

    private static string Place(SpecDiff diff, SpecChange change) => (change.OldAt, change.NewAt) switch
    {
        (_, { } at) => $" ({diff.New.File}:{at.Line})",
        ({ } at, _) => $" ({diff.Old.File}:{at.Line})",
        _ => "",
    };
}
