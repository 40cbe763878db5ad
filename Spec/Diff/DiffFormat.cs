namespace AioV2.Spec.Diff;

/// <summary>How a diff is written.</summary>
public enum DiffFormat
{
    /// <summary>For a terminal.</summary>
    Text,

    /// <summary>For programs.</summary>
    Json,

    /// <summary>For a review.</summary>
    Markdown,
}
