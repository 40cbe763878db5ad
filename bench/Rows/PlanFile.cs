using System.Runtime.InteropServices;
using AioV2.Bench.Harness;

namespace AioV2.Bench.Rows;

/// <summary>The open file of a plan, hot or cold as it asks.</summary>
internal sealed partial class PlanFile : IDisposable
{
    // <fcntl.h>, the same on x86-64 and arm64 but for O_DIRECT.
    private const int ReadOnly = 0, ReadWrite = 2, CloseOnExec = 0x80000;
    private const int AdviseRandom = 1, AdviseDontNeed = 4;
    private readonly TransferPlan _plan;
    private readonly ResidentFile? _resident;

    /// <summary>Opens it.</summary>
    public PlanFile(TransferPlan plan)
    {
        _plan = plan;
        var direct = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x10000 : 0x4000;
        Descriptor = Open(plan.File.Path, (plan.Mixed ? ReadWrite : ReadOnly) | CloseOnExec | (plan.Direct ? direct : 0));
        if (Descriptor < 0)
        {
            throw new NotApplicableException($"open {plan.File.Path}{(plan.Direct ? " with O_DIRECT" : "")}: errno {Marshal.GetLastPInvokeError()}");
        }
        _resident = plan.KeepHot();
    }

    /// <summary>Its descriptor.</summary>
    public int Descriptor { get; }

    /// <summary>Before a leg: drops the file from the page cache if the plan is cold.</summary>
    public void Prepare()
    {
        if (_plan.Cold)
        {
            _ = Advise(Descriptor, 0, 0, AdviseRandom);
            _ = Advise(Descriptor, 0, 0, AdviseDontNeed);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ = Close(Descriptor);
        _resident?.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "posix_fadvise")]
    private static partial int Advise(int descriptor, long offset, long bytes, int advice);
}
