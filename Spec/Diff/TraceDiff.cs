using AioV2.Spec.Model;

namespace AioV2.Spec.Diff;

/// <summary>Recorded traces: here the "kernel" is who writes one, and the "program" who reads it. A reader takes from a trace's own schema
/// how many fields a record has, so what comes at the end is passed over.</summary>
internal static class TraceDiff
{
    public static void Run(TraceDef? old, TraceDef? @new, ChangeList changes)
    {
        if (old is null || @new is null || old.Format != @new.Format || old.Version != @new.Version)
        {
            if (old is not null && @new is not null)
                changes.Break("trace-format", "trace", (old, @new), $"{old.Format} {old.Version}", $"{@new.Format} {@new.Version}", "a reader takes its own format and version only");
            else if (old is not null)
                changes.Removed("trace-format", "trace", old, $"{old.Format} {old.Version}", "nothing is recorded that a reader could take");
            else if (@new is not null)
                changes.Added("trace-format", "trace", @new, $"{@new.Format} {@new.Version}", "an old kernel records nothing");
            return;
        }
        Names.CSharp("trace", (old, @new), old.CSharp, @new.CSharp, changes);
        var (before, after) = (Names.Index(old.Records, r => r.Name), Names.Index(@new.Records, r => r.Name));
        foreach (var record in before.Values.Where(r => !after.ContainsKey(r.Name)))
            changes.Removed("trace-record-removed", $"trace {record.Name}", record, Text(record), "what a reader looks for never comes");
        foreach (var record in after.Values)
        {
            if (before.TryGetValue(record.Name, out var was))
                Compare(was, record, changes);
            else
                changes.Added("trace-record-added", $"trace {record.Name}", record, Text(record), "an old trace has none");
        }
        changes.Words("trace", (old, @new), old.Doc, @new.Doc);
    }

    private static void Compare(TraceRecordDef old, TraceRecordDef @new, ChangeList changes)
    {
        var subject = $"trace {old.Name}";
        if (old.Value != @new.Value)
            changes.Break("trace-record-value", subject, (old, @new), $"{old.Value}", $"{@new.Value}", "a reader knows a record by its number");
        var (was, now) = (Fields(old), Fields(@new));
        if (now.Length > was.Length && now.Take(was.Length).SequenceEqual(was))
        {
            foreach (var field in @new.Fields.Skip(was.Length))
                changes.Added("trace-field-appended", $"{subject}.{field.Name}", field, field.Type, "an old trace does not have it");
        }
        else if (!was.SequenceEqual(now))
        {
            changes.Break("trace-fields", subject, (old, @new), string.Join(", ", was), string.Join(", ", now), "a reader takes a field for another one");
        }
        changes.Words(subject, (old, @new), old.Doc, @new.Doc);
        foreach (var (before, after) in old.Fields.Zip(@new.Fields).Where(pair => pair.First.Name == pair.Second.Name))
            changes.Words($"{subject}.{after.Name}", (before, after), before.Doc, after.Doc);
    }

    private static string[] Fields(TraceRecordDef record) => [.. record.Fields.Select(field => $"{field.Name} {field.Type}")];

    private static string Text(TraceRecordDef record) => $"{record.Value}: {string.Join(", ", Fields(record))}";
}
