using System.Text;
using AioV2.Spec.Model;

namespace AioV2.Spec.Generate;

/// <summary>Spellings of the generated C, by the rules of Linux's user-space headers: no <c>//</c>, no C99.</summary>
internal static class CText
{
    private const int Columns = 80;
    private const int Tab = 8;
    private const int ValueColumn = 40;

    /// <summary>Line one is the licence, as the kernel's header checks want it; line two says where the file comes from.</summary>
    public static string Header(SpecDocument spec) =>
        $"/* SPDX-License-Identifier: ({spec.License}) */\n/* Generated from Spec/aio2.yaml by `dotnet run --project Spec`; do not edit. */\n";

    /// <summary>A scalar type of <c>linux/types.h</c> that is 8-aligned on i386 too where it is 64 bits wide (ABI-1).</summary>
    public static string Declare(FieldDef field)
    {
        var name = field.Type.IsArray ? $"{field.Name}[{field.Type.Count}]" : field.Name;
        return field.Type.Scalar switch
        {
            ScalarType.U64 => $"__aligned_u64 {name};",
            ScalarType.S64 => $"__aligned_s64 {name};",
            var scalar => $"__{scalar.Spelled()} {name};",
        };
    }

    /// <summary>The value of a macro; 64-bit ones by a cast, because C89 has no <c>ULL</c>.</summary>
    public static string Literal(ulong value, ScalarType type, bool hex)
    {
        var digits = hex ? $"0x{value:x}" : $"{value}";
        return type switch
        {
            ScalarType.U64 => $"((__u64){digits}U)",
            ScalarType.S64 or ScalarType.S32 => digits,
            _ => digits + "U",
        };
    }

    /// <summary>A single bit.</summary>
    public static string Bit(ulong value, ScalarType type) =>
        type == ScalarType.U64 ? $"((__u64)1 << {ulong.Log2(value)})" : $"(1U << {ulong.Log2(value)})";

    /// <summary>A macro with its value at one column.</summary>
    public static string Define(string name, string value)
    {
        var column = "#define ".Length + name.Length;
        var tabs = column >= ValueColumn ? 1 : (ValueColumn - column + Tab - 1) / Tab;
        return $"#define {name}{new string('\t', tabs)}{value}\n";
    }

    /// <summary>A comment, on one line where it fits.</summary>
    public static string Comment(string text)
    {
        var line = $"/* {text} */\n";
        return line.Length <= Columns + 1 ? line : $"/*\n{Wrap(text, " * ", " * ")}*/\n".Replace("\n*/", "\n */");
    }

    /// <summary>Text broken at spaces into lines of at most 80 columns.</summary>
    public static string Wrap(string text, string first, string rest)
    {
        var (result, line) = (new StringBuilder(), new StringBuilder(first));
        var empty = true;
        foreach (var word in text.Split(' '))
        {
            if (!empty && line.Length + 1 + word.Length > Columns)
            {
                result.Append(line).Append('\n');
                line.Clear().Append(rest);
                empty = true;
            }
            line.Append(empty ? "" : " ").Append(word);
            empty = false;
        }
        return result.Append(line).Append('\n').ToString();
    }

    /// <summary>A documented thing with the requirement it comes from.</summary>
    public static string Doc(string text, string? requirement) => requirement is null ? text : $"{text} ({requirement})";
}
