using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using AioV2.Abi;
using AioV2.Spec.Model;

namespace AioV2.Spec.Tests;

/// <summary>
/// C assertions made from the compiled C# assembly (what the runtime lays out, not what the spec says), so that the
/// two languages are compared with each other.
/// </summary>
internal static class LayoutProgram
{
    private const BindingFlags Constants = BindingFlags.Public | BindingFlags.Static;

    /// <summary>The structs of the assembly that belong to the ABI, with their C names.</summary>
    public static IReadOnlyList<(Type Type, StructDef C)> Structs { get; } =
    [
        .. typeof(Iocb2).Assembly.GetExportedTypes()
            .Where(type => type.IsValueType && type.IsExplicitLayout && type.GetNestedType("At") is not null)
            .Select(type => (type, Repository.Spec.Structs.Single(s => Pascal(s.Name) == type.Name))),
    ];

    /// <summary>Assertions on size, and on offset, size and sign of each field, and on the value of each constant.</summary>
    public static string Generate()
    {
        var text = new StringBuilder("#include <stddef.h>\n#include <linux/aio2_abi.h>\n#ifdef __cplusplus\n#define _Static_assert static_assert\n#endif\n");
        foreach (var (type, c) in Structs)
            Struct(text, type, c);
        Values(text, typeof(Aio2), Repository.Spec.Constants.Select(v => (v.Name["AIO2_".Length..], v.Name)));
        foreach (var group in Repository.Spec.AllGroups)
            Values(text, typeof(Aio2).Assembly.GetType($"AioV2.Abi.{group.CSharp}", throwOnError: true)!, group.Values.Select(v => (v.Name, group.Prefix + v.Name)));
        return text.ToString();
    }

    private static void Struct(StringBuilder text, Type type, StructDef c)
    {
        Assert(text, $"sizeof(struct {c.Name}) == {Marshal.SizeOf(type)}");
        var fields = type.GetFields(BindingFlags.Public | BindingFlags.Instance);
        Xunit.Assert.Equal(c.Fields.Count, fields.Length);
        foreach (var field in fields)
        {
            var name = c.Fields.Single(f => Pascal(f.Name) == field.Name).Name;
            var offset = Marshal.OffsetOf(type, field.Name);
            Xunit.Assert.Equal((int)offset, type.GetNestedType("At")!.GetField(field.Name)!.GetRawConstantValue());
            Assert(text, $"offsetof(struct {c.Name}, {name}) == {offset}");
            Assert(text, $"sizeof(((struct {c.Name} *)0)->{name}) == {Marshal.SizeOf(field.FieldType)}");
            if (field.FieldType.IsPrimitive)
            {
                var signed = field.FieldType == typeof(int) || field.FieldType == typeof(long);
                Assert(text, $"((__typeof__(((struct {c.Name} *)0)->{name}))-1 < 1) == {(signed ? 1 : 0)}");
            }
        }
    }

    private static void Values(StringBuilder text, Type type, IEnumerable<(string Name, string Macro)> names)
    {
        foreach (var (name, macro) in names)
        {
            var constant = type.GetField(Pascal(name), Constants)!.GetRawConstantValue();
            Assert(text, $"{macro} == {Convert.ToUInt64(constant)}ULL");
        }
    }

    private static void Assert(StringBuilder text, string condition) => text.Append($"_Static_assert({condition}, \"{condition}\");\n");

    private static string Pascal(string name) =>
        string.Concat(name.ToLowerInvariant().Split('_').Select(part => char.ToUpperInvariant(part[0]) + part[1..]));
}
