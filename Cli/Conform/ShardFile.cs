using AioV2.Conformance.Report;
using AioV2.Conformance.Run;

namespace AioV2.Cli.Conform;

/// <summary>The verdict of a shard in a file of its own: whole or not there, whatever ends the process, so that a rerun goes on where one ended.</summary>
internal static class ShardFile
{
    /// <summary>The verdict that a run of these options has already left, or null where there is none.</summary>
    /// <exception cref="CliException">What is there is of another run, or no verdict.</exception>
    public static Verdict? Done(string path, string implementation, ConformanceOptions options)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        Verdict verdict;
        try
        {
            verdict = JsonReport.Read(File.ReadAllText(path));
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new CliException($"{path}: {e.Message}; remove it to run the shard again");
        }

        return (verdict.Shard, verdict.Shards, verdict.Seed, verdict.Implementation) == (options.Shard, options.Shards, options.Seed, implementation)
            ? verdict
            : throw new CliException($"{path} is shard {verdict.Shard}/{verdict.Shards} of {verdict.Implementation}, seed {verdict.Seed}, not {options.Shard}/{options.Shards} of {implementation}, seed {options.Seed}; remove it or name another file");
    }

    /// <summary>Writes a verdict: to a file beside it first, which then takes its name.</summary>
    /// <exception cref="CliException">It cannot be written.</exception>
    public static void Write(string path, Verdict verdict)
    {
        string whole = Path.GetFullPath(path);
        string beside = Path.Combine(Path.GetDirectoryName(whole)!, $".{Path.GetFileName(whole)}.{Environment.MachineName}.{Environment.ProcessId}");
        try
        {
            using (var stream = new FileStream(beside, FileMode.Create, FileAccess.Write))
            {
                using var writer = new StreamWriter(stream, leaveOpen: true);
                writer.Write(JsonReport.Of(verdict));
                writer.Flush();
                stream.Flush(flushToDisk: true);
            }

            File.Move(beside, whole, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            File.Delete(beside);
            throw new CliException($"{path}: {e.Message}");
        }
    }
}
