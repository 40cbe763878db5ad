using System.CommandLine;
using AioV2.Cli.Commands;
using AioV2.Conformance.Mutants;
using AioV2.Conformance.Prove;
using AioV2.Conformance.Run;

namespace AioV2.Cli.Conform;

/// <summary><c>aio2 conform --prove</c>: the suite against implementations that are wrong, each in one way.</summary>
internal static class ProveAction
{
    private const int CouldNotRun = 3, Workers = 2, Sequences = 640, PatienceSeconds = 5;
    private static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(8), RandomLimit = TimeSpan.FromMinutes(2);

    /// <summary>Runs; exit 0 all killed, 1 not, 3 could not run, 130 interrupted with what was done till then.</summary>
    public static int Run(ulong seed, string? reference, string? level, string[] only, bool json, InvocationConfiguration console, CancellationToken stop)
    {
        try
        {
            var subjects = Subjects(reference, level).Where(s => s.IsControl || only.Length == 0 || only.Any(o => s.Name.Contains(o, StringComparison.OrdinalIgnoreCase))).ToList();
            if (subjects.TrueForAll(s => s.IsControl))
            {
                throw new CouldNotRunException($"no mutant's name has '{string.Join("' or '", only)}' in it");
            }

            var options = new ConformanceOptions { Seed = seed, Runs = Sequences, Time = RandomLimit, CallLimit = CallLimit };
            var report = new ProveRunner(options, Workers, console.Error.WriteLine).Run(subjects, stop);
            console.Output.Write(json ? report.Json() : report.Text());
            return report.Interrupted ? ExitCode.Interrupted : report.Proves ? ExitCode.Success : ExitCode.Failure;
        }
        catch (CouldNotRunException e)
        {
            console.Error.WriteLine($"aio2: conform --prove: {e.Message}");
            return CouldNotRun;
        }
    }

    private static IEnumerable<ProveSubject> Subjects(string? reference, string? level) =>
        (level == "ring" ? [] : Calls()).Concat(level == "call" ? [] : Rings(reference));

    private static IEnumerable<ProveSubject> Calls()
    {
        yield return Control("the embedded kernel", "call", () => ConformChildCommand.Mutant(MutantTable.Control));
        foreach (var mutant in MutantTable.All)
        {
            yield return new ProveSubject(mutant.Name, mutant.Kind, "call", mutant.Requirements, () => Patient(ConformChildCommand.Mutant(mutant.Name)));
        }
    }

    private static IEnumerable<ProveSubject> Rings(string? reference)
    {
        var built = new ReferenceBuild(reference);
        yield return Control("the reference in C", "ring", () => ConformChildCommand.Library(built.Library(0), "reference.c"));
        foreach (var mistake in built.Breaks())
        {
            yield return new ProveSubject(mistake.Name, mistake.Kind, "ring", mistake.Requirements, () => Patient(ConformChildCommand.Library(built.Library(mistake.Number), mistake.Name)));
        }
    }

    private static ProveSubject Control(string name, string level, Func<ChildLauncher> launcher) => new(name, MutantKind.Answer, level, [], () => Patient(launcher()));

    private static ChildLauncher Patient(ChildLauncher launcher) => launcher with { Patience = PatienceSeconds };
}
