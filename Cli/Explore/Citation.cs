namespace AioV2.Cli.Explore;

/// <summary>A place in the sources that names a requirement.</summary>
/// <param name="Path">From the root of the sources, with forward slashes.</param>
/// <param name="Line">Counts from 1.</param>
/// <param name="Kind">What stands there.</param>
/// <param name="Test">The test's name, if it is one.</param>
internal sealed record Citation(string Path, int Line, CitationKind Kind, string? Test);
