using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using AioV2.Conformance.Mutants;
using AioV2.Conformance.Run;

namespace AioV2.Cli.Conform;

/// <summary>Compiles the second implementation, <c>tests/reference-c</c>, with and without each of its mistakes.</summary>
internal sealed partial class ReferenceBuild
{
    private const string Folder = "tests/reference-c";

    private readonly string _sources;
    private readonly string _header;
    private readonly string _output;

    /// <summary>Finds the sources: in the folder given, or above the working directory or the program.</summary>
    /// <exception cref="CouldNotRunException">They are not there.</exception>
    public ReferenceBuild(string? folder)
    {
        string root = Above(folder ?? Directory.GetCurrentDirectory()) ?? Above(AppContext.BaseDirectory)
            ?? throw new CouldNotRunException($"{Folder} is neither above {Directory.GetCurrentDirectory()} nor above the program: say --reference DIR, a checkout of this repository");
        (_sources, _header) = (Path.Combine(root, Folder), Path.Combine(root, "Spec", "include"));
        _output = Path.Combine(root, "artifacts", "prove");
        Directory.CreateDirectory(_output);
    }

    /// <summary>The mistakes that breaks.h lists.</summary>
    public IReadOnlyList<ReferenceBreak> Breaks() => Read(File.ReadAllText(Path.Combine(_sources, "breaks.h")));

    /// <summary>Reads lines such as <c>#define BREAK_X 3 /* RING-7, RING-8; order; clears OVERFLOW early */</c>.</summary>
    public static IReadOnlyList<ReferenceBreak> Read(string header) => [.. Line().Matches(header).Select(m => new ReferenceBreak(
        int.Parse(m.Groups["number"].Value, CultureInfo.InvariantCulture),
        Enum.Parse<MutantKind>(m.Groups["kind"].Value, ignoreCase: true),
        m.Groups["ids"].Value.Split(',', StringSplitOptions.TrimEntries),
        m.Groups["name"].Value))];

    /// <summary>The library with one mistake, or with none for 0; compiled where it is older than its sources.</summary>
    /// <exception cref="CouldNotRunException">There is no gcc, or it refuses.</exception>
    public string Library(int mistake)
    {
        string library = Path.Combine(_output, $"libreference-{mistake}.so");
        string[] sources = [.. Directory.GetFiles(_sources, "*.c").Where(f => Path.GetFileName(f) != "stress.c")];
        if (File.Exists(library) && Directory.GetFiles(_sources).Max(File.GetLastWriteTimeUtc) < File.GetLastWriteTimeUtc(library))
        {
            return library;
        }

        // Beside its place, and then moved there: another run of this command never loads half a library.
        string fresh = $"{library}.{Guid.NewGuid():n}";
        string[] arguments = ["-std=c11", "-O1", "-shared", "-fPIC", "-pthread", $"-DBREAK={mistake}", "-I", _header, "-I", _sources, .. sources, "-o", fresh];
        try
        {
            using var gcc = Process.Start(new ProcessStartInfo("gcc", arguments) { RedirectStandardError = true })!;
            string errors = gcc.StandardError.ReadToEnd();
            gcc.WaitForExit();
            if (gcc.ExitCode != 0)
            {
                throw new CouldNotRunException($"gcc refuses {_sources} with -DBREAK={mistake}: {errors.Trim()}");
            }

            File.Move(fresh, library, overwrite: true);
            return library;
        }
        catch (Win32Exception e)
        {
            throw new CouldNotRunException($"gcc, which the ring-level mutants are compiled with, does not start: {e.Message}; on Debian: apt-get install gcc libc6-dev", e);
        }
    }

    private static string? Above(string folder)
    {
        for (string? at = Path.GetFullPath(folder); at is not null; at = Path.GetDirectoryName(at))
        {
            if (File.Exists(Path.Combine(at, Folder, "breaks.h")))
            {
                return at;
            }
        }

        return null;
    }

    [GeneratedRegex(@"^#define BREAK_\w+ +(?<number>\d+) +/\* (?<ids>[A-Z]+-\d+(, [A-Z]+-\d+)*); (?<kind>\w+); (?<name>.+?) \*/", RegexOptions.Multiline)]
    private static partial Regex Line();
}
