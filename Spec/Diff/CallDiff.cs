using System.Text.RegularExpressions;
using AioV2.Spec.Model;

namespace AioV2.Spec.Diff;

/// <summary>Calls: their arguments, and when they answer which errno (ERR-1).</summary>
internal static partial class CallDiff
{
    public static void Run(SpecDocument old, SpecDocument @new, ChangeList changes)
    {
        var (before, after) = (Names.Index(old.Calls, c => c.Name), Names.Index(@new.Calls, c => c.Name));
        var fresh = Names.Declared(@new);
        fresh.ExceptWith(Names.Declared(old));
        foreach (var call in before.Values.Where(c => !after.ContainsKey(c.Name)))
            changes.Removed("call-removed", Subject(call), call, Prototype(call), "it answers -ENOSYS");
        foreach (var call in after.Values)
        {
            if (before.TryGetValue(call.Name, out var was))
                Compare(was, call, fresh, changes);
            else
                changes.Added("call-added", Subject(call), call, Prototype(call), "an old kernel answers -ENOSYS");
        }
    }

    private static void Compare(CallDef old, CallDef @new, HashSet<string> fresh, ChangeList changes)
    {
        Names.CSharp(Subject(old), (old, @new), old.CSharp, @new.CSharp, changes);
        Arguments(old, @new, changes);
        Errors(old, @new, fresh, changes);
        changes.Words(Subject(old), (old, @new), $"{old.Doc}; returns {old.Returns}", $"{@new.Doc}; returns {@new.Returns}");
    }

    private static void Arguments(CallDef old, CallDef @new, ChangeList changes)
    {
        if (old.Args.Count != @new.Args.Count)
        {
            changes.Break("call-arguments", Subject(old), (old, @new), Prototype(old), Prototype(@new), "each side takes other registers for arguments: what nobody passed is whatever stood there");
            return;
        }
        foreach (var (was, now) in old.Args.Zip(@new.Args))
        {
            var subject = $"{Subject(old)} {now.Name}";
            if (was.Type != now.Type && $"const {was.Type}" == now.Type)
                changes.Add("argument-const", subject, (was, now), was.Type, now.Type, Effect.Compatible("the kernel promises more"), Effect.New("an old kernel writes there"));
            else if (was.Type != now.Type && was.Type == $"const {now.Type}")
                changes.Add("argument-const", subject, (was, now), was.Type, now.Type, Effect.Breaking("the kernel writes where a program keeps a constant"), Effect.New("an old kernel writes nothing there"));
            else if (was.Type != now.Type)
                changes.Break("argument-type", subject, (was, now), was.Type, now.Type, "the register holds another thing, or less of it");
            if (was.Name != now.Name && @new.Args.Any(other => other.Name == was.Name))
                changes.Break("argument-moved", subject, (was, now), was.Name, now.Name, "the arguments stand in another order");
            else if (was.Name != now.Name)
                changes.Words(subject, (was, now), was.Name, now.Name);
            changes.Words(subject, (was, now), was.Doc, now.Doc);
        }
    }

    private static void Errors(CallDef old, CallDef @new, HashSet<string> fresh, ChangeList changes)
    {
        var (lost, won) = (old.Errors.Where(e => !@new.Errors.Any(n => IsSame(e, n))).ToList(), @new.Errors.Where(e => !old.Errors.Any(o => IsSame(o, e))).ToList());
        foreach (var error in lost)
        {
            if (won.Find(other => other.When == error.When) is { } other)
            {
                won.Remove(other);
                changes.Break("error-changed", Subject(old), (error, other), Text(error), Text(other), "programs test for the errno");
            }
            else if (won.Find(other => other.Errno.Value == error.Errno.Value && old.Errors.ToList().IndexOf(error) == @new.Errors.ToList().IndexOf(other)) is { } reworded)
            {
                won.Remove(reworded);
                changes.Words(Subject(old), (error, reworded), Text(error), Text(reworded));
            }
            else
            {
                changes.Add("error-removed", Subject(old), (error, null), Text(error), null,
                    Effect.New("what was refused goes on: a program that asks by being refused is no longer answered"), Effect.New("an old kernel refuses it"));
            }
        }
        foreach (var error in won)
            Added(Subject(@new), error, Word().Matches(error.When).Any(word => fresh.Contains(word.Value)), changes);
        var (kept, now) = (old.Errors.Where(e => !lost.Contains(e)).Select(Text), @new.Errors.Where(e => old.Errors.Any(o => IsSame(o, e))).Select(Text));
        if (!kept.SequenceEqual(now))
        {
            const string Why = "where two errors apply, another one is told";
            changes.Add("error-order", Subject(old), (old, @new), string.Join(", ", old.Errors.Select(e => e.Errno)), string.Join(", ", @new.Errors.Select(e => e.Errno)), Effect.New(Why), Effect.New(Why));
        }
    }

    /// <summary>A refusal that comes with something new hurts nobody who does not know of that.</summary>
    private static void Added(string subject, CallErrorDef error, bool comesWithNew, ChangeList changes) =>
        changes.Add(comesWithNew ? "error-added" : "check-added", subject, (null, error), null, Text(error),
            comesWithNew ? Effect.Compatible("it is about something that an old program does not know of") : Effect.Breaking("what was accepted is refused"),
            Effect.Compatible("an old kernel lets it pass"));

    private static bool IsSame(CallErrorDef a, CallErrorDef b) => a.Errno.Value == b.Errno.Value && a.When == b.When;

    private static string Text(CallErrorDef error) => $"-{error.Errno}: {error.When}";

    private static string Subject(CallDef call) => $"{call.Name}()";

    private static string Prototype(CallDef call) => $"({string.Join(", ", call.Args.Select(a => a.Type.EndsWith('*') ? a.Type + a.Name : $"{a.Type} {a.Name}"))})";

    [GeneratedRegex(@"\w+")]
    private static partial Regex Word();
}
