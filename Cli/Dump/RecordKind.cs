namespace AioV2.Cli.Dump;

/// <summary>What a run of records holds.</summary>
public enum RecordKind
{
    /// <summary>Completion records, as io_getevents2 gives them.</summary>
    Events,

    /// <summary>Submission records, as io_submit2 takes them.</summary>
    Iocbs,
}
