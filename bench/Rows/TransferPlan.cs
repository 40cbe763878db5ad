using System.Globalization;
using AioV2.Bench.Harness;

namespace AioV2.Bench.Rows;

/// <summary>What is read (and written) in one row; both sides get the same.</summary>
/// <param name="File">The file.</param>
/// <param name="Depth">Requests in flight.</param>
/// <param name="Cold">The file is dropped from the page cache before each leg, and each block is met at most once.</param>
/// <param name="Direct">O_DIRECT.</param>
/// <param name="Mixed">Three of ten are writes.</param>
/// <param name="Latency">Each request's time is taken.</param>
/// <param name="Size">Bytes of a request.</param>
public sealed record TransferPlan(
    BenchFile File, int Depth, bool Cold = false, bool Direct = false, bool Mixed = false, bool Latency = false, int Size = 4096)
{
    /// <summary>Most requests of one leg.</summary>
    public long MaxOperations => Cold ? File.Bytes / Size : long.MaxValue;

    /// <summary>Keeps the file in the page cache where the plan wants it hot; else null.</summary>
    internal ResidentFile? KeepHot() => Cold || Direct ? null : new ResidentFile(File);

    /// <summary>The plan as a C peer takes it.</summary>
    public string Arguments => string.Create(
        CultureInfo.InvariantCulture,
        $"path={File.Path} bytes={File.Bytes} depth={Depth} size={Size} cold={(Cold ? 1 : 0)} direct={(Direct ? 1 : 0)} mixed={(Mixed ? 1 : 0)} latency={(Latency ? 1 : 0)}");
}
