using AioV2.Spec.Model;

namespace AioV2.Spec.Diff;

/// <summary>One thing that differs between two specs.</summary>
public sealed record SpecChange
{
    /// <summary>What kind of change it is, e.g. <c>field-moved</c>: stable, for programs.</summary>
    public required string Kind { get; init; }

    /// <summary>What has changed, e.g. <c>aio2_wait.flags</c>, <c>AIO2_EVENT_MAX</c>, <c>io_submit2()</c>.</summary>
    public required string Subject { get; init; }

    /// <summary>As it was, or null where there was nothing.</summary>
    public required string? Old { get; init; }

    /// <summary>As it is, or null where there is nothing any more.</summary>
    public required string? New { get; init; }

    /// <summary>Where the old spec says it, if it does.</summary>
    public required SpecPosition? OldAt { get; init; }

    /// <summary>Where the new spec says it, if it does.</summary>
    public required SpecPosition? NewAt { get; init; }

    /// <summary>For a program made for the old spec on a kernel made for the new one.</summary>
    public required Effect OldProgram { get; init; }

    /// <summary>For a program made for the new spec on a kernel made for the old one.</summary>
    public required Effect NewProgram { get; init; }

    /// <summary>The worse of both directions.</summary>
    public Verdict Verdict => (Verdict)Math.Max((int)OldProgram.Verdict, (int)NewProgram.Verdict);
}
