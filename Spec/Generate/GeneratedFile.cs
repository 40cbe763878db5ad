namespace AioV2.Spec.Generate;

/// <summary>A file that comes from the spec: its path from the root of the repository, and its whole text.</summary>
public readonly record struct GeneratedFile(string Path, string Text);
