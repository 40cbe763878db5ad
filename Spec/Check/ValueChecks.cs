using System.Globalization;
using AioV2.Spec.Model;
using AioV2.Spec.Parse;

namespace AioV2.Spec.Check;

/// <summary>Values fit their types, no two of a group are equal, and tables that are indexed have no gaps.</summary>
internal static class ValueChecks
{
    public static void Run(SpecDocument spec, ErrorList errors)
    {
        foreach (var constant in spec.Constants.Where(c => c.Value > c.Type.Max()))
            errors.Add(constant.AtKey("value"), $"expected a value that fits {constant.Type.Spelled()}, found {constant.Value}");
        foreach (var group in spec.AllGroups)
            InGroup(group, errors);
        NameChecks.Unique("errno value", spec.Errnos.Select(e => new Declaration(Digits((ulong)e.Value), e, "value")), errors);
        foreach (var errno in spec.Errnos.Where(e => e.Value is < 1 or > 4095))
            errors.Add(errno.AtKey("value"), $"expected an errno from 1 to 4095, found {errno.Value}");
        Indexed(spec.Opcodes, 0, "operations are indexed by opcode", errors);
        Indexed(spec.Attributes, 1, "attributes are indexed by type, and type 0 is none (ATTR-1)", errors);
        Indexed(spec.Reasons, 0, "reason 0 says that nothing was refused (SUBMIT-5)", errors);
        if (spec.Opcodes.Values.Count > 64)
            errors.Add(spec.Opcodes.Values[64].At, "expected at most 64 operations: what an attribute fits is a 64-bit mask");
        foreach (var attribute in spec.Attributes.Values.Where(v => v.Value >= spec.DriverBase))
            errors.Add(attribute.AtKey("value"), $"expected a type below driver_base 0x{spec.DriverBase:x}: the rest is the drivers' own (ATTR-5)");
        var version = spec.Constants.FirstOrDefault(c => c.Name == "AIO2_VERSION");
        if (version is not null && version.Value != (ulong)spec.AbiVersion)
            errors.Add(version.AtKey("value"), $"expected AIO2_VERSION to be abi_version {spec.AbiVersion}, found {version.Value}");
    }

    private static void InGroup(GroupDef group, ErrorList errors)
    {
        var key = group.Kind == GroupKind.Flags ? "bit" : "value";
        if (group.Values.Count == 0)
            errors.Add(group.At, $"expected at least one value in {group.Name}");
        foreach (var value in group.Values.Where(v => v.Value > group.Type.Max()))
        {
            errors.Add(value.AtKey(key), group.Kind == GroupKind.Flags
                ? $"expected a bit from 0 to {(group.Type.Bytes() * 8) - 1}: {group.Name} is {group.Type.Spelled()}"
                : $"expected a value that fits {group.Type.Spelled()}, found {value.Value}");
        }
        NameChecks.Unique($"value in {group.Name}", group.Values.Select(v => new Declaration(Digits(v.Value), v, key)), errors);
    }

    private static void Indexed(GroupDef group, ulong first, string why, ErrorList errors)
    {
        for (var i = 0; i < group.Values.Count; i++)
        {
            if (group.Values[i].Value == first + (ulong)i)
                continue;
            errors.Add(group.Values[i].AtKey("value"), $"expected {first + (ulong)i}, found {group.Values[i].Value}: {why}");
            return;
        }
    }

    private static string Digits(ulong value) => value.ToString(CultureInfo.InvariantCulture);
}
