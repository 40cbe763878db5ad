using System.Globalization;
using AioV2.Spec.Model;

namespace AioV2.Spec.Generate.Linux;

/// <summary>The tables that give system calls their numbers: x86's two and the generic one, in its old form (a header, to 6.10)
/// or its new one (scripts/syscall.tbl).</summary>
internal sealed class LinuxTables(LinuxTree tree)
{
    public const string X64 = "arch/x86/entry/syscalls/syscall_64.tbl";
    public const string I386 = "arch/x86/entry/syscalls/syscall_32.tbl";
    private const string Header = "include/uapi/asm-generic/unistd.h";
    private const string Generic = "scripts/syscall.tbl";

    // From here up x86-64's table has the numbers of x32 only.
    private const int X32First = 512;

    /// <summary>The path of the generic table.</summary>
    public string GenericPath => tree.Has(Generic) ? Generic : Header;

    /// <summary>The first number that is free in all of them: calls have one number on all architectures since 424.</summary>
    public int FirstFree()
    {
        int last = Math.Max(Numbers(X64).Where(n => n < X32First).Max(), Numbers(I386).Max());
        return 1 + Math.Max(last, tree.Has(Generic) ? Numbers(Generic).Max() : HeaderEnd() - 1);
    }

    /// <summary>Gives the calls numbers from <paramref name="first"/> up.</summary>
    public IReadOnlyList<GeneratedFile> Add(IReadOnlyList<CallDef> calls, int first) =>
    [
        Table(X64, "common", calls, first, X32First),
        Table(I386, "i386", calls, first, int.MaxValue),
        tree.Has(Generic) ? Table(Generic, "common", calls, first, int.MaxValue) : InHeader(calls, first),
    ];

    internal static SpecException Broken(string path, string message) => new([new SpecError(path, default, message)]);

    private GeneratedFile Table(string path, string abi, IReadOnlyList<CallDef> calls, int first, int below)
    {
        // Behind the last line with a number below the bound; comments that follow belong to what comes next.
        var lines = tree.Text(path).Split('\n').ToList();
        int last = lines.FindLastIndex(line => Number(line) is { } n && n < below);
        lines.InsertRange(last + 1, calls.Select((call, i) => $"{first + i}\t{abi}\t{call.Name}{Tabs(call.Name)}sys_{call.Name}"));
        return tree.Set(path, string.Join('\n', lines));
    }

    // The names' column is 24 wide in these tables.
    private static string Tabs(string name) => new('\t', Math.Max(1, (24 - name.Length + 7) / 8));

    private GeneratedFile InHeader(IReadOnlyList<CallDef> calls, int first)
    {
        var text = new System.Text.StringBuilder();
        for (int i = 0; i < calls.Count; i++)
        {
            text.Append($"#define __NR_{calls[i].Name} {first + i}\n__SYSCALL(__NR_{calls[i].Name}, sys_{calls[i].Name})\n");
        }

        tree.InsertBefore(Header, text.Append('\n').ToString(), "#undef __NR_syscalls");
        int end = HeaderEnd();
        return tree.Set(Header, tree.Text(Header).Replace($"#define __NR_syscalls {end}\n", $"#define __NR_syscalls {first + calls.Count}\n"));
    }

    private int HeaderEnd()
    {
        const string Word = "#define __NR_syscalls ";
        string? line = tree.Text(Header).Split('\n').FirstOrDefault(l => l.StartsWith(Word, StringComparison.Ordinal));
        return line is not null && int.TryParse(line.AsSpan(Word.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int end)
            ? end
            : throw Broken(Header, "__NR_syscalls has no number there");
    }

    private List<int> Numbers(string path)
    {
        var numbers = tree.Text(path).Split('\n').Select(Number).OfType<int>().ToList();
        return numbers.Count > 0 ? numbers : throw Broken(path, "there is no line with a number of a system call");
    }

    private static int? Number(string line) =>
        int.TryParse(line.AsSpan(0, Math.Max(line.IndexOf('\t'), 0)), NumberStyles.None, CultureInfo.InvariantCulture, out int n) ? n : null;
}
