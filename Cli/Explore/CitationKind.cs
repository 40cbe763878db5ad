namespace AioV2.Cli.Explore;

/// <summary>What names a requirement.</summary>
internal enum CitationKind
{
    /// <summary>Code that does what is required.</summary>
    Code,

    /// <summary>The conformance suite, which judges any implementation.</summary>
    Check,

    /// <summary>A test that proves it here.</summary>
    Test,
}
