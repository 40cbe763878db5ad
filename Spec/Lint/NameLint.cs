using System.Text.RegularExpressions;
using AioV2.Spec.Model;

namespace AioV2.Spec.Lint;

/// <summary>Names that break a convention, or that some program that includes the header cannot use.</summary>
internal static partial class NameLint
{
    /// <summary>Keywords of C and C++, and what compilers for Linux predefine.</summary>
    private static readonly HashSet<string> Taken =
    [
        .. ("alignas alignof and asm auto bool break case catch char class concept const constexpr continue co_await co_return co_yield decltype default delete do double "
        + "else enum explicit export extern false float for friend goto if inline int long mutable namespace new noexcept not nullptr operator or private protected public "
        + "register requires restrict return short signed sizeof static struct switch template this throw true try typedef typeid typename typeof union unsigned using "
        + "virtual void volatile while xor linux unix errno").Split(' '),
    ];

    public static void Run(SpecDocument spec, LintNotes notes)
    {
        var (lower, upper) = ($"{spec.Name.ToLowerInvariant()}_", $"{spec.Name.ToUpperInvariant()}_");
        foreach (var definition in spec.Structs)
            Struct(definition, lower, notes);
        foreach (var call in spec.Calls)
        {
            Lower(call, call.Name, "call", notes);
            foreach (var arg in call.Args)
                Lower(arg, arg.Name, "argument", notes);
        }
        foreach (var constant in spec.Constants)
            Macro(constant, constant.AtKey("name"), constant.Name, upper, notes);
        foreach (var group in spec.AllGroups.Where(g => g.Prefix.Length > 0))
        {
            Macro(group, group.AtKey("prefix"), group.Prefix, upper, notes);
            foreach (var value in group.Values.Where(v => v.Name.Length > 0 && !UpperCase().IsMatch(v.Name)))
                notes.Add(LintRules.Name, value, value.AtKey("name"), $"'{value.Name}' becomes part of a macro: make it upper case");
        }
        foreach (var attribute in spec.Attrs.Where(a => a.Name.Length > 0))
        {
            Payload(attribute, attribute.In, $"{lower}attr_", notes);
            Payload(attribute, attribute.Out, $"{lower}ret_", notes);
        }
    }

    private static void Struct(StructDef definition, string prefix, LintNotes notes)
    {
        Lower(definition, definition.Name, "struct", notes);
        if (definition.Name.Length > 0 && !definition.Name.StartsWith(prefix, StringComparison.Ordinal))
            notes.Add(LintRules.Name, definition, definition.AtKey("name"), $"struct '{definition.Name}' lacks the prefix '{prefix}' that keeps it apart from other headers' structs");
        foreach (var field in definition.Fields)
        {
            Lower(field, field.Name, "field", notes);
            if (field.Reserved && !field.Name.StartsWith("reserved", StringComparison.Ordinal))
                notes.Add(LintRules.Name, field, field.AtKey("name"), $"'{field.Name}' of {definition.Name} is reserved: let its name begin with 'reserved', which programs and abidiff know");
        }
        Role(definition, definition.SizeField, "size", notes);
        Role(definition, definition.Record, "bytes", notes);
    }

    private static void Role(StructDef definition, SpecName? role, string convention, LintNotes notes)
    {
        if (role is { } name && name.Value != convention)
            notes.Add(LintRules.Name, definition, name.At, $"'{name.Value}' of {definition.Name} does what '{convention}' does in every other struct: call it so");
    }

    private static void Payload(AttrDef attribute, SpecName? payload, string prefix, LintNotes notes)
    {
        var wanted = prefix + attribute.Name.ToLowerInvariant();
        if (payload is { } name && name.Value != wanted)
            notes.Add(LintRules.Name, attribute, name.At, $"the payload of {attribute.Name} is '{name.Value}': call it '{wanted}'");
    }

    private static void Macro(SpecNode node, SpecPosition at, string name, string prefix, LintNotes notes)
    {
        if (name.Length > 0 && !(name.StartsWith(prefix, StringComparison.Ordinal) && UpperCase().IsMatch(name)))
            notes.Add(LintRules.Name, node, at, $"the macro name '{name}' is not upper case with the prefix '{prefix}'");
    }

    private static void Lower(SpecNode node, string name, string what, LintNotes notes)
    {
        if (Taken.Contains(name))
            notes.Add(LintRules.Name, node, node.AtKey("name"), $"the {what} '{name}' has the name of a keyword or of a macro that compilers predefine");
        else if (name.Length > 0 && !LowerCase().IsMatch(name))
            notes.Add(LintRules.Name, node, node.AtKey("name"), $"the {what} '{name}' is not lower case with underscores");
    }

    [GeneratedRegex(@"^[a-z][a-z0-9_]*\z")]
    private static partial Regex LowerCase();

    [GeneratedRegex(@"^[A-Z][A-Z0-9_]*\z")]
    private static partial Regex UpperCase();
}
