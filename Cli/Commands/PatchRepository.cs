using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using AioV2.Spec.Generate.Linux;

namespace AioV2.Cli.Commands;

/// <summary>A repository of a moment that holds the files which a series changes: git makes the patches out of it.</summary>
internal sealed class PatchRepository(string author, DateTimeOffset date) : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("aio2-patch-").FullName;

    /// <summary>Writes the series with its cover letter and returns the paths of the patches.</summary>
    public IReadOnlyList<string> Write(KernelSeries series, IReadOnlyDictionary<string, string> before, string output, int version)
    {
        Git("init", "--quiet", "--initial-branch=series");
        foreach (var (path, text) in before)
        {
            Put(path, text);
        }

        Commit("before", "");
        foreach (var commit in series.Commits)
        {
            foreach (var file in commit.Files)
            {
                Put(file.Path, file.Text);
            }

            Commit(commit.Subject, $"{commit.Body.Trim()}\n\nSigned-off-by: {author}");
        }

        string to = Directory.CreateDirectory(output).FullName;
        string[] reroll = version > 1 ? [$"--reroll-count={version}"] : [];
        string[] patches = Git(["format-patch", "--cover-letter", "--zero-commit", "--no-signature", .. reroll, "-o", to, $"HEAD~{series.Commits.Count}"])
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string cover = File.ReadAllText(patches[0]).Replace("*** SUBJECT HERE ***", KernelSeries.CoverSubject).Replace("*** BLURB HERE ***", series.CoverBody.Trim());
        File.WriteAllText(patches[0], cover);
        return patches;
    }

    /// <summary>A value of git's configuration, or nothing.</summary>
    public static string Configured(string name)
    {
        using var git = Start(null, ["config", "--get", name]);
        string value = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        return value.Trim();
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_root, recursive: true);

    private void Put(string path, string text)
    {
        string file = Path.Combine(_root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }

    private void Commit(string subject, string body)
    {
        Git("add", "--all", "--force");
        Git("commit", "--quiet", "--no-verify", "--no-gpg-sign", "--cleanup=verbatim", "-m", $"{subject}\n\n{body}".TrimEnd() + '\n');
    }

    private string Git(params string[] arguments)
    {
        using var git = Start(_root, arguments, author, date);
        var errors = git.StandardError.ReadToEndAsync();
        string output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        return git.ExitCode == 0 ? output : throw new CliException($"git {arguments[0]} failed: {errors.Result.Trim()}");
    }

    private static Process Start(string? root, string[] arguments, string? author = null, DateTimeOffset date = default)
    {
        var start = new ProcessStartInfo("git", arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        if (root is not null && author is not null)
        {
            // Nothing of the caller's configuration may show in the patches.
            string stamp = date.ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture), name = author[..author.LastIndexOf('<')].Trim(), address = author[(author.LastIndexOf('<') + 1)..^1];
            start.WorkingDirectory = root;
            foreach (var (key, value) in new (string, string)[]
            {
                ("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_AUTHOR_NAME", name), ("GIT_AUTHOR_EMAIL", address), ("GIT_AUTHOR_DATE", stamp),
                ("GIT_COMMITTER_NAME", name), ("GIT_COMMITTER_EMAIL", address), ("GIT_COMMITTER_DATE", stamp), ("GIT_CEILING_DIRECTORIES", Path.GetDirectoryName(root)!),
            })
            {
                start.Environment[key] = value;
            }

            start.Environment.Remove("GIT_DIR");
            start.Environment.Remove("GIT_WORK_TREE");
            start.Environment.Remove("GIT_INDEX_FILE");
        }

        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            throw new CliException("git is not there; it makes the patches: apt-get install git");
        }
    }
}
