using System.Text;
using AioV2.Spec.Model;

namespace AioV2.Spec.Generate.Linux;

/// <summary>A series of commits that brings the ABI into a Linux tree: header, numbers and stubs, documentation, selftest.</summary>
/// <remarks>Every commit builds. The calls answer -ENOSYS: the series fixes numbers and layouts, so that an implementation can be
/// reviewed on its own.</remarks>
public sealed class KernelSeries
{
    private const string Maintainers = "MAINTAINERS";
    private const string HeaderPath = "include/uapi/linux/aio2_abi.h";
    private const string Document = "Documentation/userspace-api/aio2.rst";
    private const string Selftest = "tools/testing/selftests/aio2/";
    private readonly SpecDocument _spec;
    private readonly LinuxTree _tree;
    private readonly string _author;

    /// <summary>Makes the series for a tree.</summary>
    /// <param name="spec">The spec.</param>
    /// <param name="tree">The tree; it is not written to.</param>
    /// <param name="author">Name and address, as in <c>A. Author &lt;a@example.org&gt;</c>: who maintains what is added.</param>
    /// <exception cref="SpecException">The tree is none of Linux, has the series already, or the spec lacks what it needs.</exception>
    public KernelSeries(SpecDocument spec, LinuxTree tree, string author)
    {
        (_spec, _tree, _author) = (spec, tree, author);
        if (tree.Has(HeaderPath))
        {
            throw LinuxTables.Broken(HeaderPath, "the tree has this header already; make the series for a tree without it");
        }

        var tables = new LinuxTables(tree);
        FirstNumber = tables.FirstFree();
        Commits =
        [
            new(KernelTexts.HeaderSubject, KernelTexts.HeaderBody, [tree.Set(HeaderPath, SpecGenerators.Header(spec)), Maintained()]),
            new(KernelTexts.StubsSubject, KernelTexts.StubsBody, [Prototypes(), Stubs(), Kconfig()]),
            new(KernelTexts.TablesSubject, KernelTexts.TablesBody(spec, FirstNumber), tables.Add(spec.Calls, FirstNumber)),
            new(KernelTexts.DocumentSubject, KernelTexts.DocumentBody, [tree.Set(Document, KernelDocument.Generate(spec)), Index(), AlsoMaintained(Document, "include/uapi")]),
            new(KernelTexts.TestSubject, KernelTexts.TestBody, [.. Tests(), AlsoMaintained(Selftest, null)]),
        ];
    }

    /// <summary>The number of the first call; the others follow it.</summary>
    public int FirstNumber { get; }

    /// <summary>The commits, in their order.</summary>
    public IReadOnlyList<KernelCommit> Commits { get; }

    /// <summary>The subject of the cover letter.</summary>
    public static string CoverSubject => KernelTexts.CoverSubject;

    /// <summary>The text of the cover letter.</summary>
    public string CoverBody => KernelTexts.CoverBody(_spec, FirstNumber);

    /// <summary>The kernel's spelling of a call's parameters.</summary>
    internal static IEnumerable<string> Parameters(CallDef call) => call.Args.Select(arg =>
    {
        string type = arg.Type.Replace("u32", "__u32").Replace("u64", "__u64").Replace("aio2_context_t", "__u32");
        return type.EndsWith('*') ? $"{type[..^1]}__user *{arg.Name}" : $"{type} {arg.Name}";
    });

    private GeneratedFile Maintained()
    {
        string text = _tree.Text(Maintainers);
        int aio = text.IndexOf("\nAIO\n", StringComparison.Ordinal), next = aio < 0 ? -1 : text.IndexOf("\n\n", aio, StringComparison.Ordinal);
        return next < 0
            ? throw LinuxTables.Broken(Maintainers, "there is no entry AIO, behind which AIO V2 belongs")
            : _tree.Set(Maintainers, text.Insert(next + 2, $"AIO V2\nM:\t{_author}\nL:\tlinux-aio@kvack.org\nS:\tMaintained\nF:\t{HeaderPath}\n\n"));
    }

    // MAINTAINERS is sorted: paths of an entry by the alphabet, F: Documentation before F: include before F: tools.
    private GeneratedFile AlsoMaintained(string path, string? before)
    {
        string text = _tree.Text(Maintainers), line = $"F:\t{HeaderPath}\n";
        int at = text.IndexOf(line, StringComparison.Ordinal) + (before is null ? line.Length : 0);
        return _tree.Set(Maintainers, text.Insert(at, $"F:\t{path}\n"));
    }

    private GeneratedFile Prototypes()
    {
        const string Path = "include/linux/syscalls.h";
        var structs = _spec.Calls.SelectMany(c => c.Args).Where(a => a.Type.StartsWith("struct ", StringComparison.Ordinal)).Select(a => a.Type.TrimEnd('*', ' ')).Distinct();
        _tree.InsertBefore(Path, string.Concat(structs.Select(s => $"{s};\n")), "struct io_uring_params;", "struct clone_args;");
        string prototypes = string.Concat(_spec.Calls.Select(call => CCallsHeader.Arguments($"asmlinkage long sys_{call.Name}(", Parameters(call)) + '\n'));
        return _tree.InsertBefore(Path, prototypes + '\n', "/*\n * Architecture-specific system calls\n");
    }

    private GeneratedFile Stubs() => _tree.InsertBefore("kernel/sys_ni.c", string.Concat(_spec.Calls.Select(c => $"COND_SYSCALL({c.Name});\n")), "COND_SYSCALL(io_uring_setup)");

    private GeneratedFile Kconfig() => _tree.InsertBefore("init/Kconfig", KernelTexts.Kconfig, "config IO_URING");

    private GeneratedFile Index() => _tree.InsertBefore("Documentation/userspace-api/index.rst", "   aio2\n", "   no_new_privs", "   accelerators/ocxl", "   ELF");

    private GeneratedFile[] Tests()
    {
        const string Makefile = "tools/testing/selftests/Makefile";
        return
        [
            _tree.InsertBefore(Makefile, "TARGETS += aio2\n", "TARGETS += alsa", "TARGETS += amd-pstate"),
            _tree.Set(Selftest + ".gitignore", "# SPDX-License-Identifier: GPL-2.0-only\naio2_abi_test\n"),
            _tree.Set(Selftest + "Makefile", "# SPDX-License-Identifier: GPL-2.0\nCFLAGS += -Wall -O2 $(KHDR_INCLUDES)\n\nTEST_GEN_PROGS := aio2_abi_test\n\ninclude ../lib.mk\n"),
            _tree.Set(Selftest + "config", "CONFIG_AIO2=y\n"),
            _tree.Set(Selftest + "aio2_abi_test.c", KernelSelftest.Generate(_spec)),
        ];
    }
}
