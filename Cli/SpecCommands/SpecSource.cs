using System.ComponentModel;
using System.Diagnostics;
using AioV2.Spec.Generate;
using AioV2.Spec.Model;
using AioV2.Spec.Parse;
using AioV2.Spec.Snapshot;

namespace AioV2.Cli.SpecCommands;

/// <summary>A spec named on the command line: a YAML file, a snapshot, or a git revision of the repository around the current directory.</summary>
internal static class SpecSource
{
    /// <summary>What an argument of this kind can be.</summary>
    internal const string Description = "a YAML file, a snapshot, or a git revision (its Spec/aio2.yaml; REV:PATH for another file)";

    /// <summary>Reads one; only its form is checked.</summary>
    /// <exception cref="CliException">It is none of these.</exception>
    /// <exception cref="SpecException">It is broken.</exception>
    internal static SpecDocument Load(string name)
    {
        if (File.Exists(name))
        {
            return Parse(File.ReadAllBytes(name), Path.GetFileName(name));
        }

        var revision = name.Contains(':', StringComparison.Ordinal) ? name : $"{name}:{SpecGenerators.SpecPath}";
        return Parse(Show(name, revision), revision);
    }

    private static SpecDocument Parse(byte[] bytes, string file) =>
        SnapshotFile.IsSnapshot(bytes) ? SnapshotFile.Read(bytes, file) : SpecParser.ParseUnchecked(bytes, file);

    private static byte[] Show(string name, string revision)
    {
        try
        {
            using var git = Process.Start(new ProcessStartInfo("git", ["show", "--no-textconv", "--end-of-options", revision])
            {
                RedirectStandardOutput = true, RedirectStandardError = true,
            })!;
            var error = git.StandardError.ReadToEndAsync();
            using var output = new MemoryStream();
            git.StandardOutput.BaseStream.CopyTo(output);
            git.WaitForExit();
            return git.ExitCode == 0 ? output.ToArray()
                : throw new CliException($"'{name}' is no file, and git cannot show {revision}: {error.Result.Trim().Split('\n')[0]}");
        }
        catch (Win32Exception e)
        {
            throw new CliException($"'{name}' is no file, and there is no git to ask for a revision: {e.Message}", e);
        }
    }
}
