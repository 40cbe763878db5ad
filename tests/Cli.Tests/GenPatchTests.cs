namespace AioV2.Cli.Tests;

/// <summary><c>aio2 gen patch</c> on trees of both kinds: the generic table a header (to 6.10), or scripts/syscall.tbl. What the
/// kernel's own tools say of the series, tests/kernel-patch/check.sh asks.</summary>
public sealed class GenPatchTests : IDisposable
{
    private const string Author = "A. Author <author@example.org>";

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false, 451)]
    [InlineData(true, 470)]
    public void The_series_applies_and_gives_all_tables_the_same_free_numbers(bool isNew, int first)
    {
        Tree(isNew);
        Git("init", "--quiet");
        Git("add", "--all");
        Git("commit", "--quiet", "-m", "before");

        Aio2Command.Run("gen", "patch", "--tree", _folder.Path, "-o", _folder["../series-" + Path.GetFileName(_folder.Path)], "--author", Author).ShouldSucceed();
        string[] patches = Directory.GetFiles(_folder["../series-" + Path.GetFileName(_folder.Path)]).Order(StringComparer.Ordinal).ToArray();
        Assert.Equal(6, patches.Length);
        Assert.Contains("Subject: [PATCH 0/5] AIO v2", File.ReadAllText(patches[0]), StringComparison.Ordinal);
        Assert.DoesNotContain("***", File.ReadAllText(patches[0]), StringComparison.Ordinal);
        Git(["am", "--quiet", .. patches[1..]]);
        Directory.Delete(_folder["../series-" + Path.GetFileName(_folder.Path)], recursive: true);

        Assert.Contains($"{first}\tcommon\tio_setup2\t\tsys_io_setup2\n", Text("arch/x86/entry/syscalls/syscall_64.tbl"), StringComparison.Ordinal);
        Assert.Contains($"{first + 8}\ti386\tio_ring_ctl2\t\tsys_io_ring_ctl2\n", Text("arch/x86/entry/syscalls/syscall_32.tbl"), StringComparison.Ordinal);
        Assert.EndsWith("512\tx32\tlater\t\tcompat_sys_later\n", Text("arch/x86/entry/syscalls/syscall_64.tbl"), StringComparison.Ordinal);
        if (isNew)
        {
            Assert.Contains($"{first}\tcommon\tio_setup2\t\tsys_io_setup2\n", Text("scripts/syscall.tbl"), StringComparison.Ordinal);
        }
        else
        {
            Assert.Contains($"#define __NR_io_setup2 {first}\n__SYSCALL(__NR_io_setup2, sys_io_setup2)\n", Text("include/uapi/asm-generic/unistd.h"), StringComparison.Ordinal);
            Assert.Contains($"#define __NR_syscalls {first + 9}\n", Text("include/uapi/asm-generic/unistd.h"), StringComparison.Ordinal);
        }

        Assert.Equal(File.ReadAllText($"{Repository.Root}/Spec/include/linux/aio2_abi.h"), Text("include/uapi/linux/aio2_abi.h"));
        Aio2Command.Run("gen", "patch", "--tree", _folder.Path, "-o", _folder["again"], "--author", Author).ShouldFail(1, "has this header already");
    }

    [Fact]
    public void What_is_no_Linux_tree_or_no_author_is_said()
    {
        Aio2Command.Run("gen", "patch", "--tree", _folder.Path, "-o", _folder["out"], "--author", Author).ShouldFail(1, "is this the root of a Linux source tree?");
        Aio2Command.Run("gen", "patch", "--tree", _folder.Path, "-o", _folder["out"], "--author", "nobody").ShouldFail(1, "is no author");
        Assert.False(Directory.Exists(_folder["out"]));
    }

    private void Tree(bool isNew)
    {
        int last = isNew ? 469 : 450;
        Put("arch/x86/entry/syscalls/syscall_64.tbl", $"# numbers\n0\tcommon\tread\t\t\tsys_read\n{last}\tcommon\tlast\t\t\tsys_last\n\n#\n# x32\n#\n512\tx32\tlater\t\tcompat_sys_later\n");
        Put("arch/x86/entry/syscalls/syscall_32.tbl", $"0\ti386\tread\t\t\tsys_read\n{last}\ti386\tlast\t\t\tsys_last\n");
        if (isNew)
        {
            Put("scripts/syscall.tbl", $"0\tcommon\tread\t\t\tsys_read\n{last}\tcommon\tlast\t\t\tsys_last\n");
        }
        else
        {
            Put("include/uapi/asm-generic/unistd.h", $"#define __NR_last {last}\n__SYSCALL(__NR_last, sys_last)\n\n#undef __NR_syscalls\n#define __NR_syscalls {last + 1}\n");
        }

        Put("MAINTAINERS", "List\n\nAIO\nM:\tA <a@b.c>\nF:\tfs/aio.c\n\nAIRSPY\nM:\tB <b@b.c>\n");
        Put("include/linux/syscalls.h", "#ifndef A\nstruct io_uring_params;\n\n/*\n * Architecture-specific system calls\n */\n#endif\n");
        Put("kernel/sys_ni.c", "COND_SYSCALL(io_getevents);\nCOND_SYSCALL(io_uring_setup);\n");
        Put("init/Kconfig", "config AIO\n\tbool \"AIO\"\n\nconfig IO_URING\n\tbool \"io_uring\"\n");
        Put("Documentation/userspace-api/index.rst", ".. toctree::\n\n   no_new_privs\n");
        Put("tools/testing/selftests/Makefile", "TARGETS =\nTARGETS += alsa\n");
    }

    private void Put(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[path])!);
        File.WriteAllText(_folder[path], text);
    }

    private string Text(string path) => File.ReadAllText(_folder[path]);

    private void Git(params string[] arguments) =>
        Aio2Command.RunProgram("git", ["-C", _folder.Path, "-c", "user.name=a", "-c", "user.email=a@example.org", .. arguments]).ShouldSucceed();
}
