using System.Text.RegularExpressions;

namespace AioV2.House.Tests;

/// <summary>What the tests need is what <c>test.sh</c> installs: a missing tool fails, and nobody has to guess it.</summary>
public sealed partial class SetUpTests
{
    /// <summary>What proves that it is there (a command or a file), and its package.</summary>
    private static readonly Dictionary<string, string> Needs = Need().Matches(Tree.Read("test.sh"))
        .ToDictionary(m => m.Groups["proof"].Value, m => m.Groups["package"].Value);

    /// <summary>Headers and shared objects by the name that a linker or a loader is given.</summary>
    private static readonly Dictionary<string, string> Libraries = new()
    {
        ["isal"] = "/usr/include/isa-l.h", ["uring"] = "/usr/include/liburing.h", ["aio"] = "/usr/include/libaio.h", ["dl"] = "/usr/include/stdio.h",
    };

    [Fact]
    public void Each_program_that_a_test_or_a_benchmark_runs_is_installed()
    {
        var run = (from path in Users()
                   from Match match in Program().Matches(Tree.Read(path))
                   let name = match.Groups["name"].Value
                   where name != "dotnet"
                   select name).Distinct().ToList();

        Assert.Superset(new HashSet<string> { "gcc", "g++", "git", "fio", "dd", "unshare", "setpriv", "s390x-linux-gnu-gcc" }, run.ToHashSet());
        Assert.Empty(run.Except(Needs.Keys));
    }

    [Fact]
    public void Each_library_that_they_load_or_link_is_installed()
    {
        var used = (from path in Users()
                    from Match match in Library().Matches(Tree.Read(path))
                    select match.Groups["name"].Value).Distinct().ToList();

        Assert.Equal(Libraries.Keys.Order(), used.Order());
        Assert.All(used, name => Assert.Contains(Libraries[name], Needs.Keys));
    }

    [Fact]
    public void The_benchmarks_set_up_installs_nothing_that_the_tests_set_up_does_not()
    {
        var packages = Regex.Match(Tree.Read("bench/setup.sh"), "^packages=\"(?<list>[^\"]+)\"", RegexOptions.Multiline).Groups["list"].Value.Split(' ');

        Assert.NotEmpty(packages);
        Assert.Empty(packages.Except(Needs.Values));
    }

    /// <summary>A project that the solution does not know is never built and never run.</summary>
    [Fact]
    public void Every_test_project_is_in_the_solution()
    {
        var solution = Tree.Read("AioV2.sln").Replace('\\', '/');
        var tests = Tree.Projects.Where(path => path.StartsWith("tests/", StringComparison.Ordinal)).ToList();

        Assert.NotEmpty(tests);
        Assert.All(tests, path => Assert.Contains($"\"{path}\"", solution));
    }

    private static IEnumerable<string> Users() => Tree.Sources.Where(path => path.StartsWith("tests/", StringComparison.Ordinal) || path.StartsWith("bench/", StringComparison.Ordinal));

    [GeneratedRegex(@"^ +(?<proof>[\w/.+-]+):(?<package>[\w.+-]+)$", RegexOptions.Multiline)]
    private static partial Regex Need();

    [GeneratedRegex("""(?:(?:RunProgram|ProcessStartInfo|Process\.Start|new ToolSide)\(\s*"(?<name>[a-z][\w+-]*)")|"(?<name>(?:[\w-]+-)?(?:gcc|g\+\+)(?:-\d+)?|qemu-\w+-static)"|"(?:exec )?(?<name>mount) -""")]
    private static partial Regex Program();

    [GeneratedRegex("""(?:"-l(?<name>[a-z]+)")|"lib(?<name>isal|uring|aio)\.so""")]
    private static partial Regex Library();
}
