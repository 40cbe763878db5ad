namespace AioV2.Cli;

/// <summary>What <c>aio2</c> tells its caller.</summary>
public static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Success = 0;

    /// <summary>Tried and failed; stderr has one line that says why.</summary>
    public const int Failure = 1;

    /// <summary>The command line was wrong; nothing was tried.</summary>
    public const int Usage = 2;

    /// <summary>Stopped by SIGINT, as a shell counts it: 128 and the signal's number.</summary>
    public const int Interrupted = 130;
}
