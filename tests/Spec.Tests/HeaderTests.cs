using System.Text;
using System.Text.RegularExpressions;
using AioV2.Spec.Generate;
using AioV2.Tests;

namespace AioV2.Spec.Tests;

public sealed partial class HeaderTests
{
    private static readonly string[] Strict = ["-Wall", "-Wextra", "-Wpadded", "-Wconversion", "-pedantic", "-Werror", "-fsyntax-only"];

    public static TheoryData<string> Targets => CompilerTarget.Names;

    [Theory, MemberData(nameof(Targets)), Requirement("ABI-1")]
    public void The_headers_compile_as_C89_without_a_warning(string target) =>
        CompilerTarget.Named(target).Compile([.. Strict, "-std=gnu89", EveryMacro("macros89.c")]);

    [Theory, InlineData("-std=c++98"), InlineData("-std=c++20"), Requirement("ABI-1")]
    public void The_headers_compile_as_Cxx_without_a_warning(string standard) =>
        new CompilerTarget("C++", "g++", [], null, true).Compile([.. Strict, "-Wno-long-long", standard, "-x", "c++", EveryMacro("macros.cc")]);

    [Fact, Requirement("ABI-1")]
    public void The_kernel_header_stands_alone()
    {
        var source = Repository.Artifact("c", "alone.c");
        File.WriteAllText(source, "#include <linux/aio2_abi.h>\nint alone(struct iocb2 *iocb);\nint alone(struct iocb2 *iocb) { return iocb->fd; }\n");

        CompilerTarget.Named("x86-64").Compile([.. Strict, "-std=gnu89", source]);
    }

    [Fact, Requirement("ABI-1", "ABI-2")]
    public void The_kernel_header_keeps_the_rules_of_uapi()
    {
        var header = SpecGenerators.Header(Repository.Spec);
        var code = Comments().Replace(header, "");

        Assert.StartsWith("/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR MIT) */\n", header, StringComparison.Ordinal);
        Assert.DoesNotContain("//", code);
        Assert.DoesNotMatch(@"\benum\b|\blong\b|\bint\b|\bunsigned\b|\bsize_t\b|\buint\d+_t\b", code);
        Assert.DoesNotMatch(@"\[\s*0?\s*\]", code);
        Assert.DoesNotMatch(@":\s*\d+\s*;", code);
        Assert.Equal(["linux/types.h"], Includes().Matches(code).Select(m => m.Groups[1].Value));
        Assert.All(header.Split('\n'), line => Assert.True(line.Length <= 100 && line == line.TrimEnd(), $"a line of the header is too long or ends in a space: {line}"));
    }

    /// <summary>A program that uses each macro of the spec, so that one that does not compile is seen.</summary>
    private static string EveryMacro(string file)
    {
        var names = Repository.Spec.Constants.Select(c => c.Name)
            .Concat(Repository.Spec.AllGroups.SelectMany(g => g.Values.Select(v => g.Prefix + v.Name)));
        var text = new StringBuilder("#include <aio2_calls.h>\nextern const __u64 all[];\nconst __u64 all[] = {\n");
        foreach (var name in names)
            text.Append($"\t(__u64){name},\n");
        text.Append("};\nconst char *text(__u32 reason);\nconst char *text(__u32 reason) { return aio2_reason_text(reason); }\n");
        var path = Repository.Artifact("c", file);
        File.WriteAllText(path, text.ToString());
        return path;
    }

    [GeneratedRegex(@"/\*.*?\*/", RegexOptions.Singleline)]
    private static partial Regex Comments();

    [GeneratedRegex("#include <([^>]+)>")]
    private static partial Regex Includes();
}
