using System.Globalization;
using AioV2.Spec.Model;

namespace AioV2.Spec.Diff;

/// <summary>Flags and numbers: what a value is, and what becomes of those that the other side does not know.</summary>
internal static class GroupDiff
{
    public static void Run(SpecDocument old, SpecDocument @new, ChangeList changes)
    {
        var (before, after) = (Names.Index(old.AllGroups, g => g.Name), Names.Index(@new.AllGroups, g => g.Name));
        foreach (var group in before.Values.Where(g => !after.ContainsKey(g.Name)))
            changes.Removed("group-removed", group.Name, group, Summary(group), "a source that names its values does not compile, and they are refused");
        foreach (var group in after.Values)
        {
            if (before.TryGetValue(group.Name, out var was))
                Compare(was, group, changes);
            else
                changes.Added("group-added", group.Name, group, Summary(group), "an old kernel knows none of it");
        }
    }

    private static void Compare(GroupDef old, GroupDef @new, ChangeList changes)
    {
        if (old.Kind != @new.Kind)
            changes.Break("group-kind", old.Name, (old, @new), old.Kind.ToString(), @new.Kind.ToString(), "flags are tested bit by bit, numbers as a whole");
        if (old.Prefix != @new.Prefix)
        {
            changes.Add("group-prefix", old.Name, (old, @new), old.Prefix, @new.Prefix,
                Names.Renamed($"a source that names {old.Prefix}*"), Effect.Compatible("the name is no part of a call or a record"));
        }
        if (old.Type != @new.Type)
        {
            const string Why = "the macros' type goes into promotions and formats of sources that use them";
            changes.Add("group-type", old.Name, (old, @new), old.Type.Spelled(), @new.Type.Spelled(), Effect.New(Why), Effect.New(Why));
        }
        Names.CSharp(old.Name, (old, @new), old.CSharp, @new.CSharp, changes);
        Rule(old, @new, changes);
        Values(old, @new, changes);
        changes.Words(old.Name, (old, @new), old.Doc, @new.Doc);
    }

    private static void Rule(GroupDef old, GroupDef @new, ChangeList changes)
    {
        var (was, now) = (UnknownRule.Of(old), UnknownRule.Of(@new));
        var (oldProgram, newProgram) = (was.Kind, now.Kind) switch
        {
            (UnknownKind.Ignored or UnknownKind.Told, UnknownKind.Refused) =>
                (Effect.Breaking("old programs that pass stray bits, which nobody minded, are refused"), Effect.Compatible("a new program passes only what it knows")),
            (UnknownKind.Refused, UnknownKind.Ignored or UnknownKind.Told) =>
                (Effect.New("an old program that asks by being refused is no longer answered"), Effect.New("an old kernel refuses what a new one passes over")),
            (UnknownKind.Refused, UnknownKind.Refused) when was.Errno == now.Errno => (Effect.Compatible("the same refusal"), Effect.Compatible("the same refusal")),
            (UnknownKind.Refused, UnknownKind.Refused) => (Effect.Breaking("programs test for the errno"), Effect.Breaking("programs test for the errno")),
            var (from, to) when from == to => (Effect.Compatible("the same rule in other words"), Effect.Compatible("the same rule in other words")),
            _ => (Effect.Breaking("a value that is not known means another thing now"), Effect.Breaking("a value that is not known meant another thing")),
        };
        if (was.Text != now.Text)
            changes.Add("unknown-rule", old.Name, (old, @new), was.Text, now.Text, oldProgram, newProgram);
    }

    private static void Values(GroupDef old, GroupDef @new, ChangeList changes)
    {
        var (before, after) = (Names.Index(old.Values, v => v.Name), Names.Index(@new.Values, v => v.Name));
        var gone = old.Values.Where(v => !after.ContainsKey(v.Name)).ToList();
        var come = @new.Values.Where(v => !before.ContainsKey(v.Name)).ToList();
        foreach (var value in gone)
        {
            if (come.Find(other => other.Value == value.Value) is { } heir)
            {
                come.Remove(heir);
                Succeeded(old, value, heir, changes);
            }
            else
            {
                Removed(old, value, changes);
            }
        }
        var rule = UnknownRule.Of(@new);
        foreach (var value in come)
            changes.Add("value-added", @new.Prefix + value.Name, (null, value), null, Text(@new, value), rule.AddedForOldProgram, rule.AddedForNewProgram);
        foreach (var value in @new.Values.Where(v => before.ContainsKey(v.Name)))
            Same((old, before[value.Name]), (@new, value), changes);
    }

    private static void Same((GroupDef Group, ValueDef Value) old, (GroupDef Group, ValueDef Value) @new, ChangeList changes)
    {
        var name = @new.Group.Prefix + @new.Value.Name;
        if (old.Value.Value != @new.Value.Value)
        {
            var other = old.Group.Values.FirstOrDefault(v => v.Value == @new.Value.Value);
            changes.Break("value-changed", name, (old.Value, @new.Value), Text(old.Group, old.Value), Text(@new.Group, @new.Value),
                other is null ? "the number is compiled into programs" : $"the number is compiled into programs, and it was {old.Group.Prefix}{other.Name}'s");
        }
        changes.Words(name, (old.Value, @new.Value), old.Value.Doc, @new.Value.Doc);
    }

    /// <summary>Another name at the same number: with the same words it is renamed, with others the number is used again.</summary>
    private static void Succeeded(GroupDef group, ValueDef value, ValueDef heir, ChangeList changes)
    {
        var (old, @new) = ($"{group.Prefix}{value.Name} = {Number(group, value)}", $"{group.Prefix}{heir.Name} = {Number(group, heir)}");
        if (value.Doc == heir.Doc)
        {
            changes.Add("value-renamed", group.Prefix + value.Name, (value, heir), old, @new,
                Names.Renamed($"a source that names {group.Prefix}{value.Name}"), Effect.Compatible("the number is the same"));
        }
        else
        {
            changes.Break("number-reused", group.Prefix + heir.Name, (value, heir), old, @new,
                $"the same number means {group.Prefix}{value.Name} to one side and {group.Prefix}{heir.Name} to the other, and neither is told");
        }
    }

    private static void Removed(GroupDef group, ValueDef value, ChangeList changes)
    {
        var rule = UnknownRule.Of(group);
        var given = rule.Kind is UnknownKind.Given or UnknownKind.Reader;
        changes.Add("value-removed", group.Prefix + value.Name, (value, null), Text(group, value), null,
            Effect.Breaking(given ? "an old source that names it does not compile, and what it waits for never comes" : $"an old source that names it does not compile, and passing it: {rule.Text}"),
            given ? Effect.Breaking("an old kernel still gives it to a program that does not know it") : Effect.Compatible("a new program does not pass it"));
    }

    private static string Summary(GroupDef group) => $"{group.Prefix}*, {group.Values.Count} values";

    private static string Text(GroupDef group, ValueDef value) => $"{Number(group, value)}: {value.Doc}";

    private static string Number(GroupDef group, ValueDef value) =>
        group.Kind == GroupKind.Flags ? $"0x{value.Value:x}" : value.Value.ToString(CultureInfo.InvariantCulture);
}
