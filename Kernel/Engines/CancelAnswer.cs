namespace AioV2.Kernel.Engines;

/// <summary>What an engine says when it is told to cancel (CANCEL-1).</summary>
internal enum CancelAnswer
{
    /// <summary>It will end with -ECANCELED, or with the natural result if that was first.</summary>
    Told,

    /// <summary>It runs and cannot be stopped; it ends unaided.</summary>
    Running,
}
