namespace AioV2.Spec.Generate.Linux;

/// <summary>One commit of a series: its message, without the sign-off, and the files as they are after it.</summary>
/// <param name="Subject">The first line.</param>
/// <param name="Body">What it does and why; lines of at most 75 columns.</param>
/// <param name="Files">Whole texts by their paths from the tree's root.</param>
public sealed record KernelCommit(string Subject, string Body, IReadOnlyList<GeneratedFile> Files);
