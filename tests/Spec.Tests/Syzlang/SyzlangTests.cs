using AioV2.Spec.Generate;
using AioV2.Spec.Layout;
using AioV2.Tests;

namespace AioV2.Spec.Tests.Syzlang;

[Requirement("ABI-1", "ABI-3")]
public sealed class SyzlangTests
{
    /// <summary>Resources of syzkaller's own files.</summary>
    private static readonly string[] Elsewhere = ["fd", "fd_event", "fd_memfd"];

    private static readonly string Text = SpecGenerators.Syzlang(Repository.Spec);
    private static readonly IReadOnlyList<SyzDeclaration> File = SyzlangParser.Parse(Text);

    [Fact]
    public void It_keeps_the_rules_of_the_language() => Assert.NotNull(new SyzlangCheck(File, Elsewhere));

    [Fact]
    public void All_calls_operations_attributes_returns_and_values_are_described()
    {
        var calls = File.Where(d => d.Kind == "call").Select(d => d.Name.Split('$')[0]).Distinct();
        Assert.Equal(Repository.Spec.Calls.Select(c => c.Name), calls);
        Assert.Equal(9, calls.Count());
        Assert.Equal(Repository.Spec.Calls.Select(c => (c.Name, string.Join(' ', c.Args.Select(a => a.Name)))).Order(),
            File.Where(d => d.Kind == "call").Select(d => (d.Name.Split('$')[0], string.Join(' ', d.Fields.Select(f => f.Name)))).Distinct().Order());

        Assert.Equal(Repository.Spec.Ops.Select(op => op.Name.ToLowerInvariant()), Named("aio2_iocb").Fields.Select(f => f.Name));
        foreach (var op in Repository.Spec.Ops)
        {
            var fit = Repository.Spec.Attrs.Where(a => a.Opcodes is null || a.Opcodes.Any(o => o.Value == op.Name)).Select(a => a.Name.ToLowerInvariant());
            Assert.Equal(fit.Append("any"), Named($"aio2_attrs_{op.Name.ToLowerInvariant()}").Fields.Select(f => f.Name));
        }
        Assert.Equal(Repository.Spec.Attrs.Select(a => a.Name.ToLowerInvariant()).Append("any"), Named("aio2_return").Fields.Select(f => f.Name));

        // Flags of the shared ring never pass through a call.
        var values = File.SelectMany(d => d.Values).Concat(File.SelectMany(d => d.Fields).SelectMany(f => Words(f.Type))).ToHashSet();
        var groups = Repository.Spec.AllGroups.Where(g => g.Name is not ("ring_flags" or "user_flags"));
        Assert.All(groups.SelectMany(g => g.Values.Select(v => g.Prefix + v.Name)), macro => Assert.Contains(macro, values));
    }

    [Fact]
    public void Structs_have_the_fields_offsets_and_sizes_of_C()
    {
        var check = new SyzlangCheck(File, Elsewhere);
        var pairs = Repository.Spec.Structs.Where(s => File.Any(d => d.Name == s.Name && d.Parameters.Count == 0 && d.Name is not "aio2_syscall")).Select(s => (s.Name, C: s.Name)).ToList();
        Assert.True(pairs.Count > 20);
        pairs.AddRange(Repository.Spec.Ops.Select(op => ($"aio2_iocb_{op.Name.ToLowerInvariant()}", "iocb2")));
        foreach (var (name, c) in pairs)
        {
            var expected = StructLayout.Of(Repository.Spec.Struct(c)!).Fields.Select(p => (p.Field.Name, p.Offset, (int?)p.Size)).ToArray();
            var found = check.Layout(name);
            Assert.Equal(expected, found.Take(expected.Length));
            Assert.All(found.Skip(expected.Length), behind => Assert.Null(behind.Size));
        }
        Assert.Equal([0, 8], check.Layout("aio2_syscall").Select(f => f.Offset));
        Assert.Equal(48, check.Layout("aio2_syscall")[1].Size);
        foreach (var (body, c) in new[] { ("aio2_attr_body", "aio2_attr"), ("aio2_ret_body", "aio2_attr_ret") })
            Assert.Equal(StructLayout.Of(Repository.Spec.Struct(c)!).Fields.Select(p => p.Field.Name).Append("payload"), Named(body).Fields.Select(f => f.Name));
    }

    [Fact]
    public void Every_constant_is_one_that_the_headers_define()
    {
        var names = File.Where(d => d.Kind is "flags" or "define" or "resource").SelectMany(d => d.Values)
            .Concat(File.SelectMany(d => d.Fields).SelectMany(f => Constants(f.Type))).Where(v => char.IsAsciiLetterUpper(v[0])).Distinct().ToArray();
        Assert.True(names.Length > 100);
        var source = Repository.Artifact("c", "syzlang_constants.c");
        var defines = File.Where(d => d.Kind == "define").Select(d => $"#define {d.Name} ({string.Join(' ', d.Values)})\n");
        System.IO.File.WriteAllText(source, $"#define _GNU_SOURCE\n#include <poll.h>\n#include <linux/aio2_abi.h>\n{string.Concat(defines)}const __u64 all[] = {{\n{string.Join(",\n", names)}\n}};\n");

        CompilerTarget.Named("x86-64").Compile("-fsyntax-only", "-Wall", "-Werror", source);
    }

    // A checker that lets everything pass would prove nothing.
    [Theory]
    [InlineData("io_destroy2(ctx aio2_ctx)", "io_destroy2(ctx aio2_ctx", "expected ','")]
    [InlineData("io_destroy2(ctx aio2_ctx)", "io_destroy2(ctx aio2_contex)", "unknown type 'aio2_contex'")]
    [InlineData("io_destroy2(ctx aio2_ctx)", "io_setup2(ctx aio2_ctx)", "the call io_setup2 is declared already")]
    [InlineData("size bytesize[params])", "size bytesize[param])", "len target param does not exist")]
    [InlineData("size bytesize[params])", "size bytesize[size])", "len target size refers to itself")]
    [InlineData("size bytesize[params])", "size bytesize[params, int64])", "expected no base type in a call")]
    [InlineData("flags[aio2_setup_flags]", "flags[setup_flags]", "unknown type 'setup_flags'")]
    [InlineData("flags[aio2_setup_flags]", "flags[aio2_params]", "expected a list of flags")]
    [InlineData("aio2_setup_flags = ", "aio2_setup_flags ", "expected '('")]
    [InlineData("aio2_wait_flags = ", "aio2_spare = 1\naio2_wait_flags = ", "unused flags 'aio2_spare'")]
    [InlineData("aio2_wait_flags = ", "aio2_setup_flags = ", "'aio2_setup_flags' is declared already")]
    [InlineData("aio2_attr_deadline {\n", "int64 {\n", "'int64' is declared already")]
    [InlineData("aio2_attr_deadline {\n\tns\tint64\n}", "aio2_attr_deadline {\n}", "has no fields")]
    [InlineData("aio2_attr_deadline {\n\tns\tint64\n", "aio2_attr_deadline {\n\tns\tint64\n\tns\tint64\n", "duplicate field ns")]
    [InlineData("aio2_attr_deadline {\n\tns\tint64\n", "aio2_attr_deadline {\n\tparent\tint64\n", "bad field parent")]
    [InlineData("aio2_attr_deadline {\n\tns\tint64\n", "aio2_attr_deadline {\n\tns\taio2_attr_deadline\n", "recursive declaration")]
    [InlineData("aio2_attr_deadline {\n\tns\tint64\n", "aio2_attr_deadline {\n\tns\tint8\n\tno\tint64\n", "offset 1, a hole")]
    [InlineData("aio2_attr_deadline {\n\tns\tint64\n", "aio2_attr_deadline {\n\tns\tarray[int8]\n\tno\tint8\n", "in the middle of non-packed struct")]
    [InlineData("aio2_attr_deadline {\n\tns\tint64\n", "aio2_attr_deadline {\n\tns\tptr[in, int8]\n", "expected ptr64 in a struct")]
    [InlineData("aio2_attr_deadline {\n\tns\tint64\n", "aio2_attr_deadline {\n\tns\tint64[7:3]\n", "expected a range")]
    [InlineData("aio2_attr_deadline {\n\tns\tint64\n", "aio2_attr_deadline {\n\tns\tconst[0]\n", "expected a base type")]
    [InlineData("aio2_attr_deadline {\n\tns\tint64\n", "aio2_attr_deadline {\n\tns\tint64 (sideways)\n", "bad field ns (sideways)")]
    [InlineData("aio2_attr_deadline {\n\tns\tint64\n", "aio2_attr_deadline {\n\tns\tarray[int8, 0]\n", "expected an element and a number")]
    [InlineData("] [varlen]\n\naio2_iocb_nop", "]\n\naio2_iocb_nop", "in non-varlen union aio2_iocb")]
    [InlineData("aio2_attr_t[int16, array[int8]]", "aio2_attr_t[int16]", "expected 2 options")]
    [InlineData("ext ptr[inout, aio2_extack, opt]", "ext aio2_extack", "expected a pointer to it in a call")]
    [InlineData("params ptr[inout, aio2_params]", "params ptr[in, aio2_params]", "nothing makes the resource 'aio2_ctx'")]
    [InlineData("wait ptr[in, aio2_wait, opt]", "wait ptr[aio2_wait]", "expected a direction and a type")]
    [InlineData("include <linux/poll.h>", "include linux/poll.h", "stray")]
    public void The_checker_refuses_what_is_wrong(string from, string to, string message)
    {
        Assert.Contains(from, Text, StringComparison.Ordinal);
        var broken = Text.Replace(from, to, StringComparison.Ordinal);

        var refused = Assert.Throws<SyzlangException>(() => new SyzlangCheck(SyzlangParser.Parse(broken), Elsewhere));
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
    }

    private static SyzDeclaration Named(string name) => Assert.Single(File, d => d.Name == name);

    private static IEnumerable<string> Words(SyzType type) => type.Options.SelectMany(Words).Prepend(type.Name);

    private static IEnumerable<string> Constants(SyzType type) => type.Name == "const" ? [type.Options[0].Name] : type.Options.SelectMany(Constants);
}
