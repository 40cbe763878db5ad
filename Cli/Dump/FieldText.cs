using System.Globalization;
using System.Text;
using AioV2.Abi;
using AioV2.Spec.Model;

namespace AioV2.Cli.Dump;

/// <summary>Values of fields, in the words of a spec: flags and numbers by their names, errors by their errno.</summary>
internal sealed class FieldText(SpecDocument spec)
{
    private const int MostErrno = 4095;
    private readonly Dictionary<FieldDef, GroupDef?> _groups = [];

    /// <summary>The value of a field that is there as a whole.</summary>
    internal string Value(FieldDef field, ReadOnlySpan<byte> bytes)
    {
        if (field.Type is { IsArray: true, Scalar: ScalarType.U8 })
        {
            return field.Reserved ? Zero(bytes) : Letters(bytes);
        }

        if (field.Type.IsArray)
        {
            return field.Reserved ? Zero(bytes) : Elements(field.Type, bytes);
        }

        var value = Number(field.Type.Scalar, bytes);
        return Named(field) is { } group ? Of(group, (ulong)value)
            : spec.Constants.FirstOrDefault(c => c.Name == field.Doc) is { } constant ? $"0x{value:x}, {((ulong)value == constant.Value ? "" : "not ")}{constant.Name}"
            : field.Name is "res" or "status" or "error" ? Result(value)
            : IsAddress(field) ? $"0x{(ulong)value:x}"
            : field is { Name: "offset", Type.Scalar: ScalarType.S64 } && value == -1 ? "-1, the file position"
            : field.Type.Scalar == ScalarType.U64 ? ((ulong)value).ToString(CultureInfo.InvariantCulture)
            : value.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>A value of a group: each bit of flags, or the one name; what has no name as a number.</summary>
    internal static string Of(GroupDef group, ulong value)
    {
        if (group.Kind == GroupKind.Enum)
        {
            return group.Values.FirstOrDefault(v => v.Value == value) is { } found ? group.Prefix + found.Name : $"{value}, which is none of {group.Prefix}*";
        }

        if (value == 0)
        {
            return "0";
        }

        var names = group.Values.Where(v => (value & v.Value) != 0).Select(v => group.Prefix + v.Name);
        var unknown = value & ~group.Known;
        return string.Join(" | ", unknown == 0 ? names : names.Append($"0x{unknown:x} unknown"));
    }

    private GroupDef? Named(FieldDef field)
    {
        if (!_groups.TryGetValue(field, out var group))
        {
            // A return has the type of its attribute.
            _groups[field] = group = field is { Name: "type", Doc: "The attribute's" } ? spec.Attributes
                : field.Type.Scalar is ScalarType.S32 or ScalarType.S64 ? null : spec.GroupIn(field.Doc);
        }

        return group;
    }

    private static string Result(long value) => value < 0 && value >= -MostErrno && Errno.NameOf((int)-value) is { } name ? $"-{name}" : value.ToString(CultureInfo.InvariantCulture);

    private static bool IsAddress(FieldDef field) => field.Type.Scalar == ScalarType.U64
        && (field.Name is "addr" or "base" || field.Name.EndsWith("_addr", StringComparison.Ordinal) || field.Doc.StartsWith("Pointer", StringComparison.Ordinal));

    private static long Number(ScalarType type, ReadOnlySpan<byte> bytes) => type switch
    {
        ScalarType.U8 => bytes[0],
        ScalarType.U16 => BitConverter.ToUInt16(bytes),
        ScalarType.U32 => BitConverter.ToUInt32(bytes),
        ScalarType.S32 => BitConverter.ToInt32(bytes),
        _ => BitConverter.ToInt64(bytes),
    };

    private static string Elements(FieldType type, ReadOnlySpan<byte> bytes)
    {
        var values = new string[type.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = $"0x{Number(type.Scalar, bytes[(i * type.Scalar.Bytes())..]):x}";
        }

        return string.Join(' ', values);
    }

    private static string Zero(ReadOnlySpan<byte> bytes) => bytes.IndexOfAnyExcept((byte)0) < 0 ? "0" : "not zero";

    private static string Letters(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf((byte)0);
        var text = end < 0 ? bytes : bytes[..end];
        return text.IndexOfAnyExceptInRange((byte)' ', (byte)'~') < 0 && (end < 0 || bytes[end..].IndexOfAnyExcept((byte)0) < 0)
            ? $"\"{Encoding.ASCII.GetString(text)}\"" : "";
    }
}
