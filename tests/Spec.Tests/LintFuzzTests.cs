using System.Text;
using AioV2.Spec.Lint;
using AioV2.Spec.Model;
using AioV2.Tests;
using FsCheck;
using FsCheck.Fluent;

namespace AioV2.Spec.Tests;

/// <summary>Lint on what nobody would write, and its word about layout against a compiler's.</summary>
[Requirement("ABI-1")]
public sealed class LintFuzzTests
{
    private static readonly string[] Types = ["u8", "u16", "u32", "s32", "u64", "s64", "u8[3]", "u16[5]", "u32[2]", "u64[2]", "u8[8]"];
    private static readonly string[] Odd = [.. Types, "long", "void *", "enum a", "u32:3", "u8[0]", "u8[]", "u8[99999999999]", "[", "", "struct x", "timespec", "~"];
    private static readonly string[] Names = ["a", "b", "size", "bytes", "flags", "reserved", "reserved1", "pad", "class", "A B", "", "magic", "x_flags", "SizeOf", "é"];
    private static readonly string[] Keys = ["line: user", "line: kernel", "reserved: true", "dir: in", "lint: [{allow: hole, why: x}]", "lint: [{}]", "lint: 3", "doc: zero", "doc: a multiple of 8", "frob: 1"];
    private static readonly string[] Roles = ["grows: append", "grows: never", "size_field: size", "record: bytes", "first_size: 4", "magic: true", "lint: [{allow: no-size, why: y}]", "size: -1", "requirement: X", "fields: 7"];
    private static readonly string Text = Encoding.UTF8.GetString(Repository.SpecBytes);

    [Fact]
    public void No_struct_however_odd_crashes_it_and_every_finding_has_a_place_in_the_file()
    {
        var field = from name in Gen.Elements(Names)
                    from type in Gen.Elements(Odd)
                    from more in Gen.Elements(Keys).ListOf(2)
                    select $"      - {{name: \"{name}\", type: \"{type}\", {string.Join(", ", more.Distinct().DistinctBy(k => k.Split(':')[0]))}}}\n";
        var definition = from name in Gen.Elements(Names)
                         from roles in Gen.Elements(Roles).ListOf(3)
                         from fields in field.ListOf()
                         let keys = roles.DistinctBy(k => k.Split(':')[0]).Where(k => fields.Count == 0 || !k.StartsWith("fields", StringComparison.Ordinal))
                         select $"  - name: \"{name}\"\n{string.Concat(keys.Select(k => $"    {k}\n"))}{(fields.Count == 0 ? "" : "    fields:\n")}{string.Concat(fields)}";
        var lines = Text.Split('\n').Length;

        FsCheck.Check.One(Config.QuickThrowOnFailure.WithReplay(2026, 71).WithMaxTest(150), Prop.ForAll(definition.NonEmptyListOf().ToArbitrary(), structs =>
        {
            var report = SpecLint.Run(Encoding.UTF8.GetBytes(Text.Replace("\nstructs:\n", $"\nstructs:\n{string.Concat(structs)}", StringComparison.Ordinal)), "x");
            var most = lines + structs.Sum(s => s.Split('\n').Length);
            return report.Findings.Count > 0 && report.Findings.All(f => f.At.Line >= 1 && f.At.Line <= most && f.At.Column >= 1);
        }));
    }

    [Fact]
    public void No_wound_of_the_spec_crashes_it()
    {
        var lines = Text.Split('\n');
        var wound = from at in Gen.Choose(0, lines.Length - 2)
                    from kind in Gen.Choose(0, 4)
                    from column in Gen.Choose(0, 100)
                    select (at, kind, column);
        var read = 0;

        FsCheck.Check.One(Config.QuickThrowOnFailure.WithReplay(2026, 73).WithMaxTest(250), Prop.ForAll(wound.NonEmptyListOf().ToArbitrary(), wounds =>
        {
            var text = lines.ToArray();
            foreach (var (at, kind, column) in wounds.Take(2))
                text[at] = Wound(text, at, kind, column);
            try
            {
                _ = SpecLint.Run(Encoding.UTF8.GetBytes(string.Join('\n', text)), "x");
                read++;
            }
            catch (SpecException e)
            {
                Assert.All(e.Errors, error => Assert.True(error.At.Line >= 1));
            }
        }));
        Assert.True(read > 60, $"only {read} wounded specs were YAML");
    }

    [Fact]
    public void What_it_calls_free_of_holes_has_one_layout_for_gcc_on_64_and_32_bits_and_what_it_does_not_gcc_pads()
    {
        var structs = Gen.Sample(Gen.Elements(Types).NonEmptyListOf(), 200, new Rnd(2026, 75), 6).Select((types, i) => ($"s{i}", types)).ToArray();
        var text = Text.Replace("\nstructs:\n", "\nstructs:\n" + string.Concat(structs.Select(s => Struct(s.Item1, s.types))), StringComparison.Ordinal);
        var layout = SpecLint.Run(Encoding.UTF8.GetBytes(text), "x").Findings
            .Where(f => f.Rule == LintRules.Hole || f.Rule == LintRules.Padding || f.Rule == LintRules.Unaligned64).Select(f => f.At.Line).ToArray();
        var starts = structs.Select(s => text.AsSpan(0, text.IndexOf($"- name: {s.Item1}\n", StringComparison.Ordinal)).Count('\n') + 1).ToArray();
        var ends = structs.Select((s, i) => starts[i] + 6 + s.types.Count).ToArray();
        var padded = structs.Where((_, i) => layout.Any(line => line >= starts[i] && line < ends[i])).Select(s => s.Item1).ToHashSet();
        var clean = structs.Where(s => !padded.Contains(s.Item1)).ToArray();
        Assert.True(clean.Length > 40 && padded.Count > 40, $"{clean.Length} without holes, {padded.Count} with");

        // The plain types, not the header's aligned ones: so the compiler's own rules speak.
        var offsets = Repository.Artifact("c", "lint_clean.c");
        File.WriteAllText(offsets, C(clean) + string.Concat(clean.Select(s => Offsets(s.Item1, s.types))));
        foreach (var target in new[] { "x86-64", "i386" })
            CompilerTarget.Named(target).Compile("-Wpadded", "-Werror", "-fsyntax-only", offsets);

        var holes = Repository.Artifact("c", "lint_padded.c");
        File.WriteAllText(holes, C([.. structs.Where(s => padded.Contains(s.Item1))])
            + string.Concat(structs.Where(s => padded.Contains(s.Item1)).Select(s => $"_Static_assert(sizeof(struct {s.Item1}) > {s.types.Sum(Bytes)}, \"{s.Item1}\");\n")));
        CompilerTarget.Named("x86-64").Compile("-fsyntax-only", holes);
    }

    private static string Wound(string[] lines, int at, int kind, int column)
    {
        var line = lines[at];
        return kind switch
        {
            0 => "",
            1 => line[..Math.Min(column, line.Length)],
            2 => line.Replace("name:", "mane:", StringComparison.Ordinal),
            3 => line.Insert(Math.Min(column, line.Length), "\"x"[(column % 2)..]),
            _ => lines[Math.Min(column * 9, lines.Length - 1)],
        };
    }

    private static int Bytes(string text) => FieldType.TryParse(text, out var type) ? type.Bytes : throw new ArgumentException(text);

    private static string Struct(string name, List<string> types) =>
        $"  - name: {name}\n    size: 8\n    grows: never\n    doc: x\n    requirement: ABI-1\n    fields:\n"
        + string.Concat(types.Select((type, i) => $"      - {{name: f{i}, type: \"{type}\", doc: x}}\n"));

    private static string C(IEnumerable<(string Name, List<string> Types)> structs) => "#include <stddef.h>\n#include <linux/types.h>\n" + string.Concat(structs.Select(s =>
        $"struct {s.Name} {{\n{string.Concat(s.Types.Select((t, i) => Member(t, i)))}}};\n"));

    private static string Member(string type, int i)
    {
        var open = type.IndexOf('[');
        return open < 0 ? $"\t__{type} f{i};\n" : $"\t__{type[..open]} f{i}{type[open..]};\n";
    }

    private static string Offsets(string name, List<string> types)
    {
        var (text, at) = (new StringBuilder(), 0);
        for (var i = 0; i < types.Count; i++)
        {
            text.Append($"_Static_assert(offsetof(struct {name}, f{i}) == {at}, \"{name}.f{i}\");\n");
            at += Bytes(types[i]);
        }
        return text.Append($"_Static_assert(sizeof(struct {name}) == {at}, \"{name}\");\n").ToString();
    }
}
