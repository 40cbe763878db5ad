using AioV2.Bench.Harness;

namespace AioV2.Bench.Report;

/// <summary>Words for what became of a row.</summary>
internal static class StatusText
{
    /// <summary>As JSON has it.</summary>
    public static string Key(RowStatus status) => status switch
    {
        RowStatus.Measured => "measured",
        RowStatus.Pending => "pending",
        RowStatus.PeerMissing => "peer-missing",
        RowStatus.NotApplicable => "not-applicable",
        _ => "failed",
    };

    /// <summary>As people read it, the target included.</summary>
    public static string Verdict(RowResult result) => result switch
    {
        { Status: RowStatus.Measured, Met: true } => "met",
        { Status: RowStatus.Measured, Met: false } => "not met",
        { Status: RowStatus.Measured } => "-",
        { Status: RowStatus.PeerMissing } => "peer missing",
        { Status: RowStatus.NotApplicable } => "not applicable",
        { Status: RowStatus.Pending } => "pending",
        _ => "failed",
    };
}
