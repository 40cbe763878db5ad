namespace AioV2.Cli.Copy;

/// <summary>What <c>aio2 copy</c> was asked for.</summary>
/// <param name="Source">File or directory; a link on the command line is followed, links inside a tree are kept.</param>
/// <param name="Target">The name of the copy itself, never a directory to copy into.</param>
/// <param name="Depth">Requests in flight.</param>
/// <param name="BlockBytes">Bytes of one request.</param>
/// <param name="Attributes">What goes with each request.</param>
public sealed record CopyOptions(string Source, string Target, int Depth, int BlockBytes, CopyAttributes Attributes);
