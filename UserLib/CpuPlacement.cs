using System.Globalization;

namespace AioV2.UserLib;

/// <summary>Which of a group's contexts each CPU prefers.</summary>
internal static class CpuPlacement
{
    private const string NodesFolder = "/sys/devices/system/node";

    /// <summary>For each CPU number the number of its context, and how many contexts that takes.</summary>
    internal static (int[] ContextOfCpu, int Contexts) Of(AioGroupPlacement placement) => placement switch
    {
        AioGroupPlacement.PerCpu => ([.. Enumerable.Range(0, Environment.ProcessorCount)], Environment.ProcessorCount),
        AioGroupPlacement.PerNode => OfNodes(NodesFolder),
        _ => throw new ArgumentOutOfRangeException(nameof(placement)),
    };

    /// <summary>Reads the nodes that have CPUs; without such a folder all CPUs are one node.</summary>
    internal static (int[] ContextOfCpu, int Contexts) OfNodes(string folder)
    {
        var nodes = Directory.Exists(folder)
            ? Directory.GetDirectories(folder, "node*").Select(node => Path.Combine(node, "cpulist")).Where(File.Exists)
                .Select(list => Cpus(File.ReadAllText(list))).Where(cpus => cpus.Count > 0).OrderBy(cpus => cpus[0]).ToArray()
            : [];
        if (nodes.Length == 0)
        {
            return ([0], 1);
        }

        var contextOfCpu = new int[nodes.Max(cpus => cpus.Max()) + 1];
        for (var node = 0; node < nodes.Length; node++)
        {
            foreach (var cpu in nodes[node])
            {
                contextOfCpu[cpu] = node;
            }
        }

        return (contextOfCpu, nodes.Length);
    }

    // E.g. "0-3,8-11": see Documentation/admin-guide/cputopology.rst.
    private static List<int> Cpus(string list)
    {
        var cpus = new List<int>();
        foreach (var range in list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var ends = range.Split('-');
            var first = int.Parse(ends[0], CultureInfo.InvariantCulture);
            var last = int.Parse(ends[^1], CultureInfo.InvariantCulture);
            cpus.AddRange(Enumerable.Range(first, last - first + 1));
        }

        return cpus;
    }
}
