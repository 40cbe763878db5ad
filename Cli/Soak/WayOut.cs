namespace AioV2.Cli.Soak;

/// <summary>How a process of a soak ends with requests in flight.</summary>
internal enum WayOut
{
    /// <summary>It does not.</summary>
    None,

    /// <summary>exit(3), as a program that has done.</summary>
    Exit,

    /// <summary>_exit(2).</summary>
    ExitNow,

    /// <summary>SIGKILL.</summary>
    Kill,

    /// <summary>execve(2): the soak goes on in the same process.</summary>
    Exec,
}
